from collections import defaultdict

from sql import Literal, Null

from trytond.cache import Cache
from trytond.i18n import gettext
from trytond.model import (
    ModelSingleton, ModelSQL, ModelStorage, ModelView, fields)
from trytond.model.exceptions import AccessError
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction, check_access
from trytond.wizard import StateView

from . import allowed, reach
from .allowed import RIGHTS, is_system, rights, union


def _closure(Model, names=None):
    "Return the names of the models that grant access to the model"
    if names is None:
        names = []
    if Model.__name__ not in names:
        names.append(Model.__name__)
        for field_name in Model.__access__:
            _closure(getattr(Model, field_name).get_target(), names)
    return names


class ModelAccess(metaclass=PoolMeta):
    __name__ = 'ir.model.access'

    _rows_cache = Cache('ir.model.access.rows', context=False)
    _decision_cache = Cache('ir.model.access.decision', context=False)
    _holders_cache = Cache('ir.model.access.holders', context=False)
    _screens_cache = Cache('ir.model.access.screens', context=False)
    _places_cache = Cache('ir.model.access.places', context=False)
    _menus_cache = Cache('ir.model.access.menus', context=False)

    @classmethod
    def get_level(cls):
        """Return how far the standard's own decisions count for the user

        root, administration: all of them.
        internal: those on business models.
        staff: what the standard lets everyone read of business models.
        None: nothing, only what a group of the user grants counts.
        """
        pool = Pool()
        ModelData = pool.get('ir.model.data')
        User = pool.get('res.user')
        if not Transaction().user:
            return 'root'
        groups = User.get_groups()
        for level, module, name in [
                ('administration', 'res', 'group_admin'),
                ('internal', 'tibillet_base', 'group_internal'),
                ('staff', 'tibillet_base', 'group_staff'),
                ]:
            try:
                group = ModelData.get_id(module, name)
            except KeyError:  # the module is being activated
                continue
            if group in groups:
                return level

    @classmethod
    def get_access(cls, models):
        pool = Pool()
        User = pool.get('res.user')
        level = cls.get_level()
        if level == 'root':
            return super().get_access(models)
        groups = User.get_groups()
        access = {}
        undecided = []
        for model in models:
            decision = cls._decision_cache.get((groups, model))
            if decision is None:
                undecided.append(model)
            else:
                access[model] = decision
        if undecided:
            with Transaction().set_context(_groups=()):
                standards = super().get_access(undecided)
            for model in undecided:
                access[model] = cls._decision_cache.set(
                    (groups, model),
                    cls._decide(model, level, standards[model]))
        return access

    @classmethod
    def _decide(cls, name, level, standard, seen=frozenset()):
        """Return the access to the named model

        standard: what the standard gives to a user without groups.
        seen: the models whose decision is waiting for this one.
        """
        Model = Pool().get(name)
        own, general = cls._get_granted(_closure(Model))
        # No group may take from a login what the clients need.
        own = union(own, rights(allowed.EVERYONE.get(name, '')))
        if level in {'staff', 'internal', 'administration'}:
            own = union(own, rights(allowed.STAFF.get(name, '')))
        if level in {'internal', 'administration'}:
            own = union(own, rights(allowed.INTERNAL.get(name, '')))
        if level == 'administration':
            return union(own, standard)
        if general:
            if level == 'internal' or (
                    level == 'staff' and not is_system(name)):
                return union(own, standard)
            return own
        if not (issubclass(Model, ModelStorage)
                and issubclass(Model, ModelView)):
            # Nobody reaches it but through the models that hold it.
            held = cls._get_held(name, level, seen | {name})
            if held is not None:
                return union(own, held)
        if level == 'internal' and not is_system(name):
            return union(own, standard)
        if (not issubclass(Model, ModelStorage)
                and name in cls._get_screens(level)):
            return union(own, rights('rwcd'))
        return own

    @classmethod
    def _get_granted(cls, names):
        """Return what the rows on the named models grant

        As a couple: to the groups of the user, and to everyone; None where
        there is no row.
        """
        pool = Pool()
        User = pool.get('res.user')
        groups = User.get_groups()
        rows = cls._rows_cache.get(groups)
        if rows is None:
            table = cls.__table__()
            cursor = Transaction().connection.cursor()
            rows = defaultdict(lambda: [None, None])
            cursor.execute(*table.select(
                    table.model, table.group,
                    table.perm_read, table.perm_write,
                    table.perm_create, table.perm_delete,
                    where=(table.active == Literal(True))
                    & (table.group.in_(groups or [-1])
                        | (table.group == Null))))
            for model, group, *permissions in cursor:
                row = dict(zip(RIGHTS, map(bool, permissions)))
                kind = 0 if group else 1
                rows[model][kind] = union(rows[model][kind], row)
            rows = cls._rows_cache.set(groups, dict(rows))
        granted = []
        for kind in [0, 1]:
            accesses = [
                rows[name][kind] for name in names
                if name in rows and rows[name][kind]]
            granted.append(union(*accesses) if accesses else None)
        return granted

    @classmethod
    def _get_held(cls, name, level, seen):
        """Return the access to a model through the models that hold it

        None if no model does.
        """
        holders = cls._get_holders().get(name)
        if not holders:
            return
        readable = writable = False
        for holder, stored in holders:
            if holder in seen:
                continue
            access = cls._decision_cache.get(
                (Pool().get('res.user').get_groups(), holder))
            if access is None:
                with Transaction().set_context(_groups=()):
                    standard = super().get_access([holder])[holder]
                access = cls._decide(holder, level, standard, seen)
            readable |= access['read']
            writable |= stored and (access['write'] or access['create'])
        return rights('r' * readable + 'wcd' * writable)

    @classmethod
    def _get_holders(cls):
        """Return which models hold those that have no screen of their own

        By name of the held model, couples of the name of the holder and
        whether it stores through the field.
        """
        holders = cls._holders_cache.get(None)
        if holders is not None:
            return holders
        pool = Pool()
        holders = defaultdict(set)

        def hold(name, holder, stored):
            if name != holder.__name__:
                Held = pool.get(name)
                if not (issubclass(Held, ModelStorage)
                        and issubclass(Held, ModelView)):
                    holders[name].add((holder.__name__, stored))

        for _, Model in pool.iterobject():
            if not issubclass(Model, ModelStorage):
                continue
            for name, field in Model._fields.items():
                stored = not isinstance(field, fields.Function)
                if isinstance(field, fields.MultiValue):
                    hold(
                        Model.multivalue_model(name).__name__, Model, True)
                elif field._type == 'many2many' and field.relation_name:
                    hold(field.relation_name, Model, stored)
                elif field._type == 'one2many':
                    hold(field.model_name, Model, stored)
        return cls._holders_cache.set(
            None, {name: sorted(held) for name, held in holders.items()})

    @classmethod
    def _get_screens(cls, level):
        """Return the names of the views without records the user may see

        Those of the wizards he may run, those that set the context of the
        windows he may open, and the views inside of them.
        """
        pool = Pool()
        ActWindow = pool.get('ir.action.act_window')
        ActionWizard = pool.get('ir.action.wizard')
        User = pool.get('res.user')
        groups = User.get_groups()
        screens = cls._screens_cache.get(groups)
        if screens is not None:
            return screens
        names = set()
        for name, Wizard in pool.iterobject(type='wizard'):
            if ActionWizard.is_granted(name):
                names.update(
                    state.model_name for state in Wizard.states.values()
                    if isinstance(state, StateView))
        window = ActWindow.__table__()
        cursor = Transaction().connection.cursor()
        cursor.execute(*window.select(
                window.context_model, window.res_model,
                where=(window.context_model != Null)
                & (window.res_model != Null)))
        for context_model, res_model in cursor:
            Context = pool.get(context_model)
            if (not issubclass(Context, ModelStorage)
                    and cls.get_access([res_model])[res_model]['read']):
                names.add(context_model)
        screens = set()
        while names:
            name = names.pop()
            Screen = pool.get(name)
            if name in screens or issubclass(Screen, ModelStorage):
                continue
            screens.add(name)
            for field in Screen._fields.values():
                if hasattr(field, 'get_target'):
                    names.add(field.get_target().__name__)
        return cls._screens_cache.set(groups, sorted(screens))

    @classmethod
    def check_call(cls, Model, name, rpc, on):
        """Refuse a remote call that no group of the user grants

        on: the records on which the call is made, as the client names them:
        ids, or the values of a record.
        """
        pool = Pool()
        User = pool.get('res.user')
        model = Model.__name__
        level = cls.get_level()
        ids = (
            reach.of_records(on) if issubclass(Model, ModelStorage) else [])
        if (level in {'root', 'administration'}
                or (model, name) in allowed.CALLS
                or (level in {'staff', 'internal'}
                    and (model, name) in allowed.STAFF_CALLS)):
            return
        if (model == User.__name__
                and (name in allowed.OWN_USER_CALLS
                    or name.startswith('on_change_'))
                and set(ids) <= {Transaction().user}):
            # An employee of others would be named in the answer.
            if isinstance(on, dict):
                reached = reach.of_values(Model, on)
                reached.pop(model, None)
                with check_access():
                    for other in reached:
                        cls.check(other)
                reach.check(reached)
            return
        if (issubclass(Model, ModelStorage)
                and name in allowed.CHECKED_CALLS):
            return
        access = cls.get_access([model])[model]
        granted = access['read']
        # A button checks by itself whom it is for.
        button = not rpc.readonly and name in getattr(Model, '_buttons', {})
        if (not rpc.readonly and not button) or name in allowed.EDIT_CALLS:
            # What a form asks while it is filled serves who may fill it.
            granted &= any(
                access[right] for right in ['write', 'create', 'delete'])
        if not granted:
            raise AccessError(
                gettext('tibillet_base.msg_access_call_denied',
                    call=name, **Model.__names__()),
                cls.context_groups())
        if issubclass(Model, ModelSingleton):
            return
        if button:
            cls.check_change(Model, ids, name)
            return
        # What is computed from a record is read without any check.
        if issubclass(Model, ModelSQL):
            reach.check({model: ids})
        if isinstance(on, dict):
            reached = reach.of_values(Model, on)
            reach.check(reached)
            if not issubclass(Model, ModelSQL):
                # The step of a wizard, filled without checks.
                reach.check_companies(reached)

    @classmethod
    def check_values(cls, Model, name, arguments, context):
        """Refuse values that name what the user may not read, or what is not

        Sentences, names of defaults and what is computed from the values
        would tell it.
        arguments: those of the call, converted.
        """
        reached = defaultdict(set)
        defaults = {
            key.removeprefix('default_'): value
            for key, value in context.items() if key.startswith('default_')}
        if name == 'create':
            values = [*arguments[0], defaults]
        elif name == 'write':
            values = arguments[1::2]
        elif name == 'copy':
            # trytond reads without check what it copies.
            reached = reach.of_copy(Model, *arguments)
            values = []
        elif name == 'default_get':
            values = [defaults]
        else:
            return
        for some in values:
            reach.of_values(Model, some, reached)
        if cls.get_level() not in {'root', 'administration'}:
            reach.check(reached)
        reach.check_exist(reached)

    @classmethod
    def check_change(cls, Model, ids, button=None):
        """Refuse to change records that the rules only let the user read

        trytond asks the rules for reading before it runs a button or a
        wizard, then runs it without any.
        button: its name. Those that Model names in _reader_buttons check by
        themselves who acts on what.
        """
        if (issubclass(Model, ModelSQL)
                and cls.get_level() not in {'root', 'administration'}
                and button not in {
                    name for class_ in Model.__mro__
                    for name in vars(class_).get('_reader_buttons', [])}):
            reach.check({Model.__name__: ids}, mode='write')

    @classmethod
    def check_export(cls, Model, name, arguments):
        """Refuse an export that walks through records which rules hide

        arguments: those of the call, converted.
        """
        if cls.get_level() in {'root', 'administration'}:
            return
        on, paths, *slice_ = arguments
        if name == 'export_data_domain':
            offset, limit, order = (*slice_, 0, None, None)[:3]
            with check_access():
                on = Model.search(
                    on, offset=offset or 0, limit=limit, order=order)
        reach.check(reach.of_export(Model, [int(r) for r in on], paths))

    @classmethod
    def context_groups(cls):
        pool = Pool()
        Group = pool.get('res.group')
        User = pool.get('res.user')
        groups = Group.browse(User.get_groups())
        return gettext(
            'ir.msg_context_groups',
            groups=', '.join(g.rec_name for g in groups))

    @classmethod
    def clear_decisions(cls):
        cls._rows_cache.clear()
        cls._decision_cache.clear()
        cls._screens_cache.clear()
        cls._places_cache.clear()
        cls._menus_cache.clear()
        ModelView._fields_view_get_cache.clear()

    @classmethod
    def on_modification(cls, mode, records, field_names=None):
        super().on_modification(mode, records, field_names=field_names)
        cls.clear_decisions()
