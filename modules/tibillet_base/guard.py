"""Where trytond takes the decision to run something for a user.

These mixins are laid over every model, wizard and report of the database,
those of the standard included (see register_mixin in tryton.cfg).
"""
from trytond.i18n import gettext
from trytond.model.exceptions import AccessError
from trytond.pool import Pool
from trytond.rpc import RPC
from trytond.transaction import Transaction
from trytond.wizard import StateView

from . import reach
from .exceptions import ReportEmptyError
from .instant import shown
from .tools import write_alone


class GuardedRPC(RPC):
    "The same call, refused to those to whom no group grants it"
    __slots__ = ('name',)

    def __init__(self, name, rpc):
        super().__init__(**{
                slot: getattr(rpc, slot) for slot in RPC.__slots__})
        self.name = name
        if name in {'read', 'search_read'}:
            self.result = _shown_after(rpc.result)

    def convert(self, obj, *args, **kwargs):
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        if not self.readonly:
            write_alone()
        result = super().convert(obj, *args, **kwargs)
        arguments, _, context, _ = result
        on = args[0] if args and self.instantiate == 0 else []
        with Transaction().set_context(context):
            ModelAccess.check_call(obj, self.name, self, on)
            ModelAccess.check_values(obj, self.name, arguments, context)
            if self.name in {'export_data', 'export_data_domain'}:
                ModelAccess.check_export(obj, self.name, result[0])
        return result


def _shown_after(result):
    return lambda read: shown(result(read))


class ModelGuard:
    __slots__ = ()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        # The class is complete when the mixin is laid over it.
        cls.__rpc__ = {
            name: rpc if isinstance(rpc, GuardedRPC) else GuardedRPC(name, rpc)
            for name, rpc in cls.__rpc__.items()}


class WizardGuard:
    __slots__ = ()

    @classmethod
    def check_access(cls):
        # The web client names no records when it begins.
        cls._check_granted(Transaction().context.get('active_model'))
        super().check_access()
        cls._check_change()

    @classmethod
    def execute(cls, session_id, data, state_name):
        if not cls._readonly:
            write_alone()
        cls._check_granted(Transaction().context.get('active_model') or '')
        cls._check_own(session_id)
        cls._check_reach(data)
        return super().execute(session_id, data, state_name)

    @classmethod
    def delete(cls, session_id):
        cls._check_granted(Transaction().context.get('active_model'))
        cls._check_own(session_id)
        return super().delete(session_id)

    @classmethod
    def _check_own(cls, session_id):
        "Refuse to go on with what another user has begun"
        pool = Pool()
        Session = pool.get('ir.session.wizard')
        ActionWizard = pool.get('ir.action.wizard')
        user = Transaction().user
        if user and not Session.search([
                    ('id', '=', session_id),
                    ('create_uid', '=', user),
                    ], order=[]):
            raise AccessError(gettext(
                    'tibillet_base.msg_access_action_session',
                    action=ActionWizard.get_label(cls.__name__)))

    @classmethod
    def _check_reach(cls, data):
        """Refuse to go on with records that the rules hide from the user

        A wizard acts without checks on what its views name, and the client
        may name what it was never shown, or a company of others.
        """
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        if not Transaction().user:
            return
        for name, values in data.items():
            state = cls.states.get(name)
            if isinstance(state, StateView):
                View = pool.get(state.model_name)
                reached = reach.of_values(View, values)
                reach.check(reached)
                if ModelAccess.get_level() != 'administration':
                    reach.check_companies(reached)

    @classmethod
    def _check_granted(cls, model):
        pool = Pool()
        ActionWizard = pool.get('ir.action.wizard')
        action_id = Transaction().context.get('action_id')
        if not ActionWizard.is_granted(
                cls.__name__, action_id=action_id, model=model):
            ActionWizard.refuse(cls.__name__, action_id=action_id)

    @classmethod
    def _check_change(cls):
        "Refuse to run on records that the user may only read"
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        context = Transaction().context
        model = context.get('active_model')
        if cls._readonly or not model or model == 'ir.ui.menu':
            return
        ids = set(context.get('active_ids') or [])
        if context.get('active_id') is not None:
            ids.add(context['active_id'])
        ModelAccess.check_change(pool.get(model), ids)


class ReportGuard:
    __slots__ = ()

    @classmethod
    def check_access(cls, action, model, ids):
        pool = Pool()
        ActionReport = pool.get('ir.action.report')
        if Transaction().user and (
                # The groups asked for are those of the action, which comes
                # from the client.
                action.report_name != cls.__name__
                or not ActionReport.is_granted(
                    cls.__name__, action_id=action.id, model=model or '')):
            ActionReport.refuse(cls.__name__, action_id=action.id)
        if action.model and not ids:
            raise ReportEmptyError(gettext(
                    'tibillet_base.msg_report_empty', report=action.name))
        super().check_access(action, model, ids)
