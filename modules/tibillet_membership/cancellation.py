from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.wizard import Button, StateTransition, StateView, Wizard


class MembershipCancelStart(ModelView):
    __name__ = 'tibillet.membership.cancel.start'
    __string__ = "Membership Cancel Start"

    date = fields.Date("Cancelled on", required=True)
    reason = fields.Char("Reason")

    @classmethod
    def default_date(cls):
        pool = Pool()
        Date = pool.get('ir.date')
        return Date.today()


class MembershipCancel(Wizard):
    __name__ = 'tibillet.membership.cancel'

    start = StateView(
        'tibillet.membership.cancel.start',
        'tibillet_membership.membership_cancel_start_view_form', [
            Button("Keep", 'end', 'tryton-back'),
            Button("Cancel Membership", 'cancel', 'tryton-ok', default=True),
            ])
    cancel = StateTransition()

    def transition_cancel(self):
        self.model.cancel(
            self.records, self.start.date, self.start.reason)
        return 'end'

    def end(self):
        return 'reload'
