from contextlib import contextmanager

from trytond.cache import Cache
from trytond.i18n import gettext
from trytond.model import ModelSQL
from trytond.model.exceptions import AccessError
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction, without_check_access

from .allowed import is_system
from .exceptions import EmailAccessError


class Rule(metaclass=PoolMeta):
    __name__ = 'ir.rule'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.domain.help += (
            '\n- "partner_parties" as list of ids from the current user')

    @classmethod
    def _get_context(cls, model_name):
        pool = Pool()
        User = pool.get('res.user')
        context = super()._get_context(model_name)
        context['partner_parties'] = User.get_partner_parties()
        return context

    @classmethod
    def _get_cache_key(cls, model_names):
        pool = Pool()
        User = pool.get('res.user')
        key = super()._get_cache_key(model_names)
        return (*key, User.get_partner_parties())


class Model(metaclass=PoolMeta):
    __name__ = 'ir.model'

    # The platform keeps the names of models for each context: a thousand
    # names were translated again for each record an action was opened on.

    @classmethod
    def get_name_items(cls, classes=None):
        with _naming():
            return super().get_name_items(classes=classes)

    @classmethod
    def get_names(cls, classes=None):
        with _naming():
            return super().get_names(classes=classes)


@contextmanager
def _naming():
    "Keep of the context what the names of models depend on"
    transaction = Transaction()
    kept = {
        k: v for k, v in transaction.context.items()
        if k in {'language', 'groups', '_groups', '_check_access'}}
    with transaction.reset_context(), transaction.set_context(kept):
        yield


class ModelField(metaclass=PoolMeta):
    __name__ = 'ir.model.field'

    @classmethod
    @without_check_access
    def get_name(cls, model, field):
        # The headers of an export and the sentences of refusals name the
        # fields of what a login may read. The label alone is given: the
        # model of fields stays closed to those to whom it is not granted.
        return super().get_name(model, field)


class _DecidingMixin:
    "A model whose records decide what a user may run"
    __slots__ = ()

    @classmethod
    def on_modification(cls, mode, records, field_names=None):
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        super().on_modification(mode, records, field_names=field_names)
        ModelAccess.clear_decisions()


class Action(_DecidingMixin, metaclass=PoolMeta):
    __name__ = 'ir.action'


class ActionGroup(_DecidingMixin, metaclass=PoolMeta):
    __name__ = 'ir.action-res.group'


class ActionKeyword(_DecidingMixin, metaclass=PoolMeta):
    __name__ = 'ir.action.keyword'


class ActionWindow(_DecidingMixin, metaclass=PoolMeta):
    __name__ = 'ir.action.act_window'


class _GrantedMixin(_DecidingMixin):
    """A kind of action that runs something

    Each says by _get_right(name, model) what it needs on the records.
    """
    __slots__ = ()

    @classmethod
    @without_check_access
    def _get_own_action(cls, name, action_id):
        "Return action_id only if it is an action of that name"
        if action_id and cls.search([
                    (cls._action_name, '=', name),
                    ('id', '=', action_id),
                    ], order=[]):
            return action_id

    @classmethod
    def get_groups(cls, name, action_id=None):
        # The id comes from the client: that of another action must not hide
        # the groups.
        if action_id:
            action_id = cls._get_own_action(name, action_id)
        return super().get_groups(name, action_id=action_id)

    @classmethod
    @without_check_access
    def get_places(cls, name, action_id=None):
        """Return where the action is proposed

        As the names of the models on whose records it is, for each menu that
        opens it the groups of that menu and of those above, and whether it
        is a step of the set-up.
        """
        pool = Pool()
        ConfigItem = pool.get('ir.module.config_wizard.item')
        ModelAccess = pool.get('ir.model.access')
        Menu = pool.get('ir.ui.menu')
        key = (cls.__name__, name, action_id)
        places = ModelAccess._places_cache.get(key)
        if places is not None:
            return places
        models, menus = set(), []
        actions = cls._get_actions(name, action_id=action_id)
        setup = bool(ConfigItem.search([
                    ('action', 'in', [a.action.id for a in actions]),
                    ], order=[], limit=1))
        for action in actions:
            if action.model:
                models.add(action.model)
            for keyword in action.keywords:
                if isinstance(keyword.model, Menu):
                    menus.append([
                            [g.id for g in menu.groups]
                            for menu in keyword.model.get_path()
                            if menu.groups])
                elif keyword.model:
                    models.add(str(keyword.model).split(',')[0])
        return ModelAccess._places_cache.set(
            key, (sorted(models - {Menu.__name__}), menus, setup))

    @classmethod
    @without_check_access
    def _get_actions(cls, name, action_id=None):
        "Return the action of that id and name, all of that name without any"
        domain = [(cls._action_name, '=', name)]
        if action_id := cls._get_own_action(name, action_id):
            domain.append(('id', '=', action_id))
        return cls.search(domain, order=[('id', 'ASC')])

    @classmethod
    @without_check_access
    def get_label(cls, name, action_id=None):
        "Return how people call what has this name"
        return next(
            (a.name for a in cls._get_actions(name, action_id=action_id)),
            name)

    @classmethod
    @without_check_access
    def refuse(cls, name, action_id=None):
        "Refuse to run what has this name, and say to whom it is granted"
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        groups = sorted({
                g.rec_name
                for a in cls._get_actions(name, action_id=action_id)
                for g in a.groups})
        raise AccessError(
            gettext(
                'tibillet_base.msg_access_action_groups' if groups
                else 'tibillet_base.msg_access_action',
                action=cls.get_label(name, action_id=action_id),
                groups=', '.join(groups)),
            ModelAccess.context_groups())

    @classmethod
    def is_granted(cls, name, action_id=None, model=None):
        """Return whether the user may run what has this name

        By the groups of the action. Of an action without any: who may do
        with the records of a model what it needs, when it is proposed on
        them; staff who have a menu for it that is not everyone's; internal
        staff on a record, when it is proposed nowhere.

        model: the name of the model of the records, '' if there are none,
        None to ask whether there is any.
        """
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        User = pool.get('res.user')
        level = ModelAccess.get_level()
        if level == 'root':
            return True
        user_groups = set(User.get_groups())
        groups = cls.get_groups(name, action_id=action_id)
        if groups:
            return bool(groups & user_groups)
        if level == 'administration':
            return True
        if is_system(name):
            return False
        models, menus, setup = cls.get_places(name, action_id=action_id)
        on_record = model not in {'', 'ir.ui.menu'}
        if not models and not menus:
            return level == 'internal' and on_record and not setup
        if level and any(
                path and all(user_groups & set(groups) for groups in path)
                for path in menus):
            return True
        models = [
            m for m in models
            if on_record and (model is None or model == m)
            and not is_system(m)]
        access = ModelAccess.get_access(models)
        return any(access[m][cls._get_right(name, m)] for m in models)


class ActionWizard(_GrantedMixin, metaclass=PoolMeta):
    __name__ = 'ir.action.wizard'

    @classmethod
    def _get_right(cls, name, model):
        # The same as trytond.wizard.Wizard.check_access, but for those who
        # are not staff: they only read, the lines of a ledger too.
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        Model = pool.get(model)
        Wizard = pool.get(name, type='wizard')
        if Wizard._readonly or (
                ModelAccess.get_level()
                and callable(getattr(Model, 'table_query', None))
                and Model.write.__func__ == ModelSQL.write.__func__):
            return 'read'
        return 'write'


class ActionReport(_GrantedMixin, metaclass=PoolMeta):
    __name__ = 'ir.action.report'

    @classmethod
    def _get_right(cls, name, model):
        return 'read'


class MenuGroup(_DecidingMixin, metaclass=PoolMeta):
    __name__ = 'ir.ui.menu-res.group'


class Menu(_DecidingMixin, metaclass=PoolMeta):
    __name__ = 'ir.ui.menu'

    def get_path(self):
        "Return the menu and those above it"
        path, menu = [], self
        while menu:
            path.append(menu)
            menu = menu.parent
        return path

    @classmethod
    def search(
            cls, domain, offset=0, limit=None, order=None, count=False,
            query=False):
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        menus = super().search(
            domain, offset=offset, limit=limit, order=order, count=False,
            query=query)
        if query:
            return menus
        if (Transaction().check_access and menus
                and ModelAccess.get_level() != 'administration'):
            # The standard leaves the menus that open nothing.
            useful = cls._get_useful()
            menus = cls.browse([m.id for m in menus if m.id in useful])
        if count:
            return len(menus)
        return menus

    @classmethod
    @without_check_access
    def _get_useful(cls):
        "Return the ids of the menus which the user can open, or unfold"
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        ModelData = pool.get('ir.model.data')
        User = pool.get('res.user')
        groups = User.get_groups()
        useful = ModelAccess._menus_cache.get(groups)
        if useful is not None:
            return useful
        useful = set()
        # The menus of the standard would lead a partner astray: he may read
        # what they open only because lists of ours show it.
        ours = (
            ModelAccess.get_level() is None
            and ModelData.get_id('tibillet_base', 'group_partner') in groups)
        home = ModelData.get_id('tibillet_base', 'menu_tibillet')
        for menu in cls.search([], order=[]):
            path = menu.get_path()
            if ours and path[-1].id != home:
                continue
            if (all(
                        not parent.groups
                        or any(g.id in groups for g in parent.groups)
                        for parent in path)
                    and menu._opens()):
                useful.update(parent.id for parent in path)
        return ModelAccess._menus_cache.set(groups, useful)

    def _opens(self):
        "Return whether there is something the user may open"
        pool = Pool()
        ActionReport = pool.get('ir.action.report')
        ActionWizard = pool.get('ir.action.wizard')
        ModelAccess = pool.get('ir.model.access')
        for keyword in self.action_keywords:
            action = keyword.action.action
            if keyword.action.type == 'ir.action.wizard':
                opens = ActionWizard.is_granted(action.wiz_name)
            elif keyword.action.type == 'ir.action.report':
                opens = ActionReport.is_granted(action.report_name)
            elif (keyword.action.type == 'ir.action.act_window'
                    and action.res_model):
                opens = ModelAccess.get_access(
                    [action.res_model])[action.res_model]['read']
            else:
                # A board or an address: for whom the menu is meant.
                opens = bool(self.groups or ModelAccess.get_level())
            if opens:
                return True
        return False


class EmailTemplate(metaclass=PoolMeta):
    __name__ = 'ir.email.template'

    @classmethod
    def get_default(cls, model, record):
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        # The clients offer to write to everyone, for every record.
        if not ModelAccess.check('ir.email', 'create', raise_exception=False):
            raise EmailAccessError(gettext('tibillet_base.msg_email_own'))
        return super().get_default(model, record)


class Message(metaclass=PoolMeta):
    __name__ = 'ir.message'

    @without_check_access
    def _get_translation(self, *args, **kwargs):
        return super()._get_translation(*args, **kwargs)


class Translation(metaclass=PoolMeta):
    __name__ = 'ir.translation'

    # Texts are shown to everyone in his language, but only those who may
    # read translations can search them: names of records are among them.

    @classmethod
    @without_check_access
    def get_ids(cls, *args, **kwargs):
        return super().get_ids(*args, **kwargs)

    @classmethod
    @without_check_access
    def get_sources(cls, *args, **kwargs):
        return super().get_sources(*args, **kwargs)

    @classmethod
    @without_check_access
    def get_report(cls, *args, **kwargs):
        return super().get_report(*args, **kwargs)


class Lang(metaclass=PoolMeta):
    __name__ = 'ir.lang'

    _translatable_cache = Cache('ir.lang.get_translatable', context=False)

    @classmethod
    @without_check_access
    def get_translatable(cls):
        "Return the codes of the languages that we speak"
        codes = cls._translatable_cache.get(None)
        if codes is None:
            langs = cls.search([('translatable', '=', True)], order=[])
            codes = cls._translatable_cache.set(
                None, sorted({'en', *(lang.code for lang in langs)}))
        return codes

    @classmethod
    def on_modification(cls, mode, langs, field_names=None):
        super().on_modification(mode, langs, field_names=field_names)
        cls._translatable_cache.clear()
