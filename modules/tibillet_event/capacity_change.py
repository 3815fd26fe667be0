from trytond.model import ModelView, fields
from trytond.pyson import Eval
from trytond.wizard import Button, StateTransition, StateView, Wizard


class CapacityChangeStart(ModelView):
    __name__ = 'tibillet.performance.capacity.start'
    __string__ = "Performance Capacity Start"

    venue_capacity = fields.Integer(
        "Capacity of the Venue", readonly=True,
        help="The most people the venue may hold at once.")
    seats = fields.Integer(
        "Named Seats", readonly=True,
        help="Seats with a zone, a row and a number.")
    taken = fields.Integer(
        "Held or Sold", readonly=True,
        help="At least as many unnumbered places stay.")
    unlimited = fields.Boolean(
        "Without Limit",
        help="Places are added as people come. "
        "Only for a venue without capacity.")
    quantity = fields.Integer(
        "Unnumbered Places",
        domain=['OR',
            ('quantity', '=', None),
            ('quantity', '>=', 0),
            ],
        states={
            'invisible': Eval('unlimited', False),
            'required': ~Eval('unlimited', False),
            },
        help="How many places there are beside the named seats.")


class CapacityChange(Wizard):
    __name__ = 'tibillet.performance.capacity'

    start = StateView(
        'tibillet.performance.capacity.start',
        'tibillet_event.capacity_change_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Change", 'change', 'tryton-ok', default=True),
            ])
    change = StateTransition()

    def default_start(self, fields):
        return self.record.get_unnumbered() if self.record else {}

    def transition_change(self):
        self.model.set_capacity(
            self.records,
            None if self.start.unlimited else self.start.quantity,
            unlimited=bool(self.start.unlimited))
        return 'end'

    def end(self):
        return 'reload'
