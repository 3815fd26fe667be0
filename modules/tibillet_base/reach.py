"""Which records a remote call reaches, so that the rules can be asked.

trytond checks the rules where a record is read. A call that computes from
values sent by the client, or that exports along relations, reaches records
nobody has checked.
"""
import functools
from collections import defaultdict

from trytond.i18n import gettext
from trytond.model import ModelSQL
from trytond.model.exceptions import AccessError
from trytond.pool import Pool
from trytond.transaction import (
    check_access, inactive_records, without_check_access)

from .exceptions import CompanyAccessError, RecordMissingError


def check(reached, mode='read'):
    """Refuse if a rule hides one of the records: {model name: ids}

    mode: read, or write where the rules let some only read.
    """
    pool = Pool()
    Rule = pool.get('ir.rule')
    with check_access():
        for name, ids in reached.items():
            if ids:
                Rule.check(name, list(ids), mode=mode)


def check_companies(reached):
    """Refuse if one of the companies is none of the user's

    No rule hides a company, but its books belong to its users.
    """
    pool = Pool()
    Company = pool.get('company.company')
    User = pool.get('res.user')
    ids = reached.get(Company.__name__, set())
    if others := ids - set(User.get_companies()):
        with without_check_access():
            names = sorted(c.rec_name for c in Company.browse(list(others)))
        raise CompanyAccessError(gettext(
                'tibillet_base.msg_company_other', companies=', '.join(names)))


def check_exist(reached):
    """Refuse if one of the records does not exist: {model name: ids}

    Not every database does it by itself.
    """
    pool = Pool()
    for name, ids in reached.items():
        Model = pool.get(name)
        if not ids or not issubclass(Model, ModelSQL):
            continue
        with without_check_access(), inactive_records():
            found = {r.id for r in Model.search([('id', 'in', list(ids))])}
        if missing := ids - found:
            raise RecordMissingError(gettext(
                    'tibillet_base.msg_record_missing',
                    ids=', '.join(map(str, sorted(missing))),
                    **Model.__names__()))


def of_records(argument):
    "Return the ids of the records on which a call is made"
    if isinstance(argument, dict):
        return of_records(argument.get('id'))
    return [
        id_ for id_ in map(_id, _listed(argument)) if id_ is not None]


def of_values(Model, values, reached=None):
    "Return the records named in values as the client sends them"
    if reached is None:
        reached = defaultdict(set)
    if not isinstance(values, dict):
        return reached
    for key, value in values.items():
        if key.startswith('_parent_') and '.' in key:
            # The client sends its parent as _parent_convention.currency.
            name, _, nested = key.removeprefix('_parent_').partition('.')
            of_values(Model, {name: {nested: value}}, reached)
            continue
        field = Model._fields.get(key)
        type_ = getattr(field, '_type', None)
        if type_ == 'reference':
            target, _, id_ = str(value or '').partition(',')
            if target and _id(id_ or None) is not None:
                reached[target].add(_id(id_))
        elif type_ in {'many2one', 'one2one', 'one2many', 'many2many'}:
            Target = field.get_target()
            for item in _flattened(value):
                if isinstance(item, dict):
                    reached[Target.__name__].update(of_records(item))
                    of_values(Target, item, reached)
                elif _id(item) is not None:
                    reached[Target.__name__].add(_id(item))
    return reached


def of_copy(Model, records, default=None):
    "Return the records that are copied, and those that the copies will name"
    reached = defaultdict(set)
    reached[Model.__name__].update(map(int, records))
    for key, value in (default or {}).items():
        # What is copied below is named as lines.product.
        names = key.split('.')
        of_values(Model, functools.reduce(
                lambda nested, name: {name: nested}, reversed(names), value),
            reached)
    return reached


def of_export(Model, ids, paths):
    "Return the records that an export of the paths, as a/b/c, walks through"
    reached = defaultdict(set)
    reached[Model.__name__].update(ids)
    with without_check_access():
        records = Model.browse(ids)
        for path in paths:
            _walk(records, path.split('/'), reached)
    return reached


def _walk(records, path, reached):
    found = defaultdict(set)
    for record in records:
        value = getattr(record, path[0].split('.')[0], None)
        for target in _listed(value):
            # A reference may also hold the name of a model only.
            if getattr(target, 'id', None) is not None:
                found[target.__class__].add(target)
    for Target, targets in found.items():
        reached[Target.__name__].update(t.id for t in targets)
        if path[1:]:
            _walk(targets, path[1:], reached)


def _flattened(value):
    """Yield the ids and the values of a relation

    A list of them, or of what to do: ['add', ids], ['create', values],
    ['write', ids, values], ['copy', ids, values], ['remove', ids] …
    """
    for item in _listed(value):
        if isinstance(item, (list, tuple)):
            for part in item[1:]:
                yield from _listed(part)
        else:
            yield item


def _listed(value):
    return value if isinstance(value, (list, tuple)) else [value]


def _id(value):
    "Return the id that trytond would make of value, None for a new record"
    if value is None or value is False or isinstance(value, dict):
        return None
    try:
        id_ = int(value)
    except (TypeError, ValueError):
        raise AccessError(f"not an id: {value!r}")
    return id_ if id_ >= 0 else None
