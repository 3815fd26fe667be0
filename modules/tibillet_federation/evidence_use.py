"""Which cost each evidence proves: the row that makes it unique.

A search sees what others had committed when the transaction began: of two
costs saved at once, each would find the evidence free. The unique key of this
table makes the second one wait for the first, and refuses it.
"""
import hashlib
import json
from collections import defaultdict

from sql import Column, Null, Table
from tibillet_base.tools import sliced

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, Unique, fields
from trytond.model.modelsql import SQLConstraintError
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction, without_check_access

from .evidence import EvidenceMixin
from .exceptions import EvidenceUsedError
from .plain_text import plain_reference


class EvidenceUse(ModelSQL):
    __name__ = 'tibillet.convention.evidence.use'
    __string__ = "Convention Evidence Use"

    key = fields.Char("Key", required=True)
    cost = fields.Reference("Cost", selection='get_costs', required=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('key_unique', Unique(table, table.key),
                'tibillet_federation.msg_evidence_use_unique'),
            ]
        cls._sql_indexes.add(Index(table, (table.cost, Index.Equality())))

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        cls.renew()

    @classmethod
    def renew(cls):
        """Make the keys of references as they are made now

        Two that have become one stay apart until one of them is changed.
        """
        use = cls.__table__()
        cursor = Transaction().connection.cursor()
        cursor.execute(*use.select(use.id, use.cost, use.key))
        held = defaultdict(dict)
        taken = set()
        for id, cost, key in cursor.fetchall():
            name, cost_id = cost.split(',')
            held[name][int(cost_id)] = id, key
            taken.add(key)
        for name, uses in held.items():
            for cost_id, owner, reference in _find_references(name, uses):
                id, before = uses[cost_id]
                key = digest(('reference', owner, plain_reference(reference)))
                if key != before and key not in taken:
                    taken.add(key)
                    cursor.execute(*use.update(
                            [use.key], [key], where=use.id == id))

    @classmethod
    def get_costs(cls):
        pool = Pool()
        IrModel = pool.get('ir.model')
        return [
            (name, IrModel.get_name(name))
            for name in EvidenceMixin.evidence_models()]

    @classmethod
    @without_check_access
    def hold(cls, costs):
        """Hold the evidence of the costs, and free what they held before

        Refuse an evidence that another cost holds.
        """
        keys = {str(c): get_key(c) for c in costs}
        uses = cls._search('cost', list(keys))
        kept = {str(u.cost) for u in uses if u.key == keys[str(u.cost)]}
        cls.delete([u for u in uses if str(u.cost) not in kept])
        # The sentence cannot be made once the database has refused.
        names = {}
        values = []
        for cost in costs:
            key = keys[str(cost)]
            if not key or str(cost) in kept:
                continue
            if key in names:
                _refuse(*names[key], cost)
            names[key] = cost.evidence_name, cost.rec_name
            values.append({'key': key, 'cost': str(cost)})
        cls._check_free(names)
        try:
            cls.create(values)
        except SQLConstraintError:
            with Transaction().new_transaction(readonly=True):
                cls._check_free(names)
            raise

    @classmethod
    @without_check_access
    def release(cls, costs):
        "Free the evidence of the costs"
        cls.delete(cls._search('cost', [str(c) for c in costs]))

    @classmethod
    @without_check_access
    def get_names(cls, keys):
        "Return how the costs that hold evidence are called, by its key"
        found = cls._search('key', [digest(k) for k in keys])
        names = {
            u.key: f'{u.cost.rec_name} ({u.cost.evidence_name})'
            for u in found}
        return {k: names[digest(k)] for k in keys if digest(k) in names}

    @classmethod
    def _search(cls, name, values):
        found = []
        for sub_values in sliced(values):
            found += cls.search([(name, 'in', list(sub_values))], order=[])
        return found

    @classmethod
    @without_check_access
    def _check_free(cls, names):
        """Refuse evidence which is held

        names: how the evidence and its cost are called, by key.
        """
        for use in cls._search('key', list(names)):
            _refuse(*names[use.key], use.cost)


def _find_references(name, ids):
    "Return (id, who has paid, reference) of costs proved by references"
    table = Table(name.replace('.', '_'))
    owner = Column(
        table, 'contributor' if name.endswith('.contribution') else 'payer')
    cursor = Transaction().connection.cursor()
    found = []
    for sub_ids in sliced(list(ids)):
        cursor.execute(*table.select(
                table.id, owner, table.evidence_reference,
                where=fields.SQL_OPERATORS['in'](table.id, list(sub_ids))
                & (table.evidence_line == Null)
                & (table.evidence_reference != Null)))
        found += cursor.fetchall()
    return [f for f in found if f[2]]


def get_key(cost):
    "Return the key of the evidence of a cost, or nothing"
    if cost.evidence_key:
        return digest(cost.evidence_key)


def digest(key):
    "Return a key of one length from one of any length"
    return hashlib.sha256(json.dumps(key).encode()).hexdigest()


def _refuse(evidence, cost, other):
    raise EvidenceUsedError(gettext(
            'tibillet_federation.msg_evidence_used',
            evidence=evidence,
            cost=cost,
            other=other.rec_name,
            reference=other.evidence_name,
            channel=other.recovered_through_string))


class Service(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.service'

    @classmethod
    def on_modification(cls, mode, services, field_names=None):
        pool = Pool()
        Use = pool.get('tibillet.convention.evidence.use')
        super().on_modification(mode, services, field_names=field_names)
        if mode == 'write' and 'state' in field_names:
            # What a cancelled service has not cost may be used elsewhere.
            Use.hold([
                    c for s in services
                    for c in [*s.human_costs, *s.common_costs]])
