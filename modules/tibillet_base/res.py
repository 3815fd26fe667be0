from lxml import etree
from sql import With

from trytond.cache import Cache
from trytond.i18n import gettext
from trytond.model import ModelSQL, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, check_access, without_check_access

from .exceptions import PreferencesError, RestApplicationError


class _Replaced:
    "Stands where the platform has a cache that one of ours replaces"

    def __init__(self, cache):
        self._cache = cache

    def get(self, key):
        return None

    def set(self, key, value):
        return value

    def clear(self):
        self._cache.clear()


class User(metaclass=PoolMeta):
    __name__ = 'res.user'

    # The platform keeps one answer for a user: who acts for two companies in
    # two windows would get, in both, that of the window that asked first.
    _window_cache = Cache(__name__ + '.window', context=False)
    _get_companies_cache = _get_employees_cache = _Replaced(_window_cache)

    partner_parties = fields.Many2Many(
        'res.user-party.party', 'user', 'party', "Partner of",
        context={
            'company': Eval('company', -1),
            },
        depends=['company'],
        help="The parties whose records the user may read as a partner.")
    _get_partner_parties_cache = Cache(
        __name__ + '.get_partner_parties', context=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        # A key opens what its user may do: only administrators give any.
        cls._preferences_fields.remove('applications')

    @classmethod
    def default_company_filter(cls):
        # Who acts for several companies meets in one the records of another,
        # which would be refused without saying how to see them.
        return 'all'

    @classmethod
    def read(cls, ids, fields_names):
        # The form of one's own preferences reads what they did not give.
        if cls._are_preferences(ids, fields_names):
            with without_check_access():
                return super().read(ids, fields_names)
        return super().read(ids, fields_names)

    @classmethod
    def _are_preferences(cls, ids, fields_names):
        transaction = Transaction()
        if (not transaction.check_access
                or {int(id) for id in ids} != {transaction.user}):
            return False
        names = {
            'id', 'active', 'rec_name', '_timestamp', '_write', '_delete',
            *cls._preferences_fields, *cls._context_fields}
        names |= {f'{name}.rec_name' for name in names if name in cls._fields}
        return bool(fields_names) and set(fields_names) <= names

    @classmethod
    def get_preferences_fields_view(cls):
        # What the user may not read would be asked for, and refused.
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        result = super().get_preferences_fields_view()
        relations = {
            name: definition['relation']
            for name, definition in result['fields'].items()
            if definition.get('relation')}
        with check_access():
            access = ModelAccess.get_access(set(relations.values()))
        hidden = {
            name for name, relation in relations.items()
            if not access[relation]['read']}
        tree = etree.fromstring(result['arch'])
        for name in hidden:
            for element in tree.xpath('//*[@name=$name]', name=name):
                element.getparent().remove(element)
            del result['fields'][name]
        for page in tree.xpath('//page[not(*)]'):
            page.getparent().remove(page)
        result['arch'] = etree.tostring(tree, encoding='unicode')
        return result

    @classmethod
    def get_companies(cls):
        return cls._by_window('companies', super().get_companies)

    @classmethod
    def get_employees(cls):
        return cls._by_window('employees', super().get_employees)

    @classmethod
    def _by_window(cls, name, find):
        "Return what is found, once for each company that a window acts for"
        transaction = Transaction()
        context = transaction.context
        if '_companies' in context:
            return find()
        key = (
            name, transaction.user, context.get('user'),
            *(context.get(k, '') for k in ['company', 'employee']))
        found = cls._window_cache.get(key)
        if found is None:
            found = cls._window_cache.set(key, tuple(find()))
        return found

    @classmethod
    def _get_preferences(cls, user, context_only=False):
        preferences = super()._get_preferences(
            user, context_only=context_only)
        # Not one of _context_fields nor _preferences_fields: those are what
        # users may change of themselves.
        preferences['partner_parties'] = [p.id for p in user.partner_parties]
        return preferences

    @classmethod
    def set_preferences(cls, values):
        cls._check_preferences(values)
        super().set_preferences(values)

    @classmethod
    @without_check_access
    def _check_preferences(cls, values):
        """Refuse to work for a company, or as an employee, of others

        The domains of the fields are validated in the context of what is
        chosen, where the standard reads nothing when it may not be.
        """
        user = cls(Transaction().user)
        for name, allowed in [
                ('company', user.companies), ('employee', user.employees)]:
            chosen = values.get(name)
            if chosen is not None and chosen not in {r.id for r in allowed}:
                raise PreferencesError(gettext(
                        f'tibillet_base.msg_preferences_{name}',
                        allowed=', '.join(r.rec_name for r in allowed) or '–'))

    @classmethod
    def get_groups(cls):
        # What several groups of a user imply comes once.
        return tuple(dict.fromkeys(super().get_groups()))

    @classmethod
    def get_partner_parties(cls):
        "Return the sorted ids of the parties the current user is partner of"
        pool = Pool()
        UserParty = pool.get('res.user-party.party')
        transaction = Transaction()
        user = transaction.user
        parties = cls._get_partner_parties_cache.get(user)
        if parties is not None:
            return parties
        table = UserParty.__table__()
        cursor = transaction.connection.cursor()
        cursor.execute(*table.select(
                table.party,
                where=table.user == user,
                order_by=[table.party.asc]))
        parties = tuple(party for party, in cursor)
        return cls._get_partner_parties_cache.set(user, parties)


class UserParty(ModelSQL):
    __name__ = 'res.user-party.party'

    user = fields.Many2One(
        'res.user', "User", required=True, ondelete='CASCADE')
    party = fields.Many2One(
        'party.party', "Party", required=True, ondelete='CASCADE')

    @classmethod
    def on_modification(cls, mode, records, field_names=None):
        pool = Pool()
        User = pool.get('res.user')
        super().on_modification(mode, records, field_names=field_names)
        User._get_partner_parties_cache.clear()


class Group(metaclass=PoolMeta):
    __name__ = 'res.group'

    implied = fields.Many2Many(
        'res.group-res.group', 'group', 'implied', "Implied Groups",
        domain=[
            ('id', '!=', Eval('id', -1)),
            ],
        help="Who is in this group has also the accesses of these.")

    @classmethod
    def group_parent_all_cte(cls):
        # The same as the standard's, an implied group is one parent more.
        pool = Pool()
        Implied = pool.get('res.group-res.group')

        def edges():
            group = cls.__table__()
            implied = Implied.__table__()
            return (
                group.select(group.id.as_('id'), group.parent.as_('parent'))
                | implied.select(
                    implied.group.as_('id'), implied.implied.as_('parent')))

        group = cls.__table__()
        step = edges()
        parents = With('id', 'parent', recursive=True)
        parents.query = edges()
        parents.query |= group.select(group.id, group.id)
        parents.query |= (step
            .join(parents, condition=step.parent == parents.id)
            .select(step.id, parents.parent))
        return parents


class GroupImplied(ModelSQL):
    __name__ = 'res.group-res.group'

    group = fields.Many2One(
        'res.group', "Group", required=True, ondelete='CASCADE')
    implied = fields.Many2One(
        'res.group', "Implied Group", required=True, ondelete='CASCADE')

    @classmethod
    def on_modification(cls, mode, records, field_names=None):
        pool = Pool()
        User = pool.get('res.user')
        super().on_modification(mode, records, field_names=field_names)
        User._get_groups_cache.clear()


class UserApplication(metaclass=PoolMeta):
    __name__ = 'res.user.application'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        # The REST API opens all models to whoever has a key, without the
        # list of calls that the other protocols follow.
        cls.application.selection = [
            (value, string) for value, string in cls.application.selection
            if value != 'rest']

    @classmethod
    def check_modification(
            cls, mode, applications, values=None, external=False):
        super().check_modification(
            mode, applications, values=values, external=external)
        # Those who ask for a key before any login are not validated.
        if ((mode == 'create'
                    and any(a.application == 'rest' for a in applications))
                or (mode == 'write' and values.get('application') == 'rest')):
            raise RestApplicationError(
                gettext('tibillet_base.msg_user_application_rest'))

    @classmethod
    def check(cls, key, application):
        if application == 'rest':
            return
        return super().check(key, application)
