from tibillet_base.tools import today

from trytond.model import ModelView, fields
from trytond.wizard import Button, StateTransition, StateView, Wizard


class EntryReverseStart(ModelView):
    __name__ = 'tibillet.convention.entry.reverse.start'
    __string__ = "Convention Entry Reverse Start"

    date = fields.Date("Date", required=True)
    description = fields.Char(
        "Reason", required=True, help="Why the entry was wrong.")

    @classmethod
    def default_date(cls):
        return today()


class EntryReverse(Wizard):
    __name__ = 'tibillet.convention.entry.reverse'

    start = StateView(
        'tibillet.convention.entry.reverse.start',
        'tibillet_federation.entry_reverse_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Reverse", 'reverse', 'tryton-ok', default=True),
            ])
    reverse = StateTransition()

    def transition_reverse(self):
        self.model.reverse(
            self.records, self.start.date, self.start.description)
        return 'end'

    def end(self):
        return 'reload'
