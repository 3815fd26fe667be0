from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction, without_check_access


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
    "A kind of action that runs something"
    __slots__ = ()
    # What the user must be allowed on the records it runs on.
    _right = None

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
    def get_action_models(cls, name, action_id=None):
        "Return the names of the models on which the action is proposed"
        domain = [(cls._action_name, '=', name)]
        if action_id := cls._get_own_action(name, action_id):
            domain.append(('id', '=', action_id))
        models = set()
        for action in cls.search(domain, order=[]):
            if action.model:
                models.add(action.model)
            for keyword in action.keywords:
                if keyword.model:
                    model, _ = str(keyword.model).split(',')
                    models.add(model)
        return models - {'ir.ui.menu'}

    @classmethod
    def is_granted(cls, name, action_id=None, model=None):
        """Return whether the user may run what has this name

        Either he is of a group of the action or, when it has no group, he
        has the right that the action needs on a model it is proposed on;
        without model any of them.
        """
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        User = pool.get('res.user')
        level = ModelAccess.get_level()
        if level == 'root':
            return True
        groups = cls.get_groups(name, action_id=action_id)
        if groups:
            return bool(groups & set(User.get_groups()))
        if level in {'administration', 'internal'}:
            return True
        models = cls.get_action_models(name, action_id=action_id)
        if model:
            models &= {model}
        access = ModelAccess.get_access(list(models))
        return any(access[model][cls._right] for model in models)


class ActionWizard(_GrantedMixin, metaclass=PoolMeta):
    __name__ = 'ir.action.wizard'
    _right = 'write'


class ActionReport(_GrantedMixin, metaclass=PoolMeta):
    __name__ = 'ir.action.report'
    _right = 'read'


class Menu(metaclass=PoolMeta):
    __name__ = 'ir.ui.menu'

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
            # Not what opens nothing: all have been filtered by what their
            # action shows, now those without action by what is below them.
            useful = cls._get_useful(super().search([], order=[]))
            menus = cls.browse([m.id for m in menus if m.id in useful])
        if count:
            return len(menus)
        return menus

    @classmethod
    @without_check_access
    def _get_useful(cls, menus):
        "Return the ids of the menus which the user can open, or unfold"
        useful = set()
        for menu in menus:
            if not menu._opens():
                continue
            parent = menu
            while parent and parent.id not in useful:
                useful.add(parent.id)
                parent = parent.parent
        return useful

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
