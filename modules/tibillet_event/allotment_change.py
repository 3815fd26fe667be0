from trytond.model import ModelView, fields
from trytond.pyson import Eval
from trytond.wizard import Button, StateTransition, StateView, Wizard


class AllotmentChangeStart(ModelView):
    __name__ = 'tibillet.allotment.change.start'
    __string__ = "Allotment Change Start"

    _states = {
        'invisible': Eval('act') != 'add',
        }

    act = fields.Selection([
            ('add', "Add Places"),
            ('remove', "Take Places Out"),
            ], "Act", required=True, sort=False)
    quantity = fields.Integer(
        "Quantity", required=True,
        domain=[
            ('quantity', '>', 0),
            ])
    performance = fields.Many2One(
        'tibillet.performance', "Performance", readonly=True)
    allotment = fields.Many2One(
        'tibillet.allotment', "Allotment", readonly=True)
    source = fields.Many2One(
        'tibillet.allotment', "Shared with",
        domain=[
            ('performance', '=', Eval('performance', -1)),
            ('id', '!=', Eval('allotment', -1)),
            ],
        states=_states,
        help="Both sell the same places, each place once.\n"
        "Leave empty for places that are in no allotment.")
    zone = fields.Char(
        "Zone", states=_states,
        help="Leave zone and row empty for unnumbered places.")
    row = fields.Char("Row", states=_states)

    del _states

    @classmethod
    def default_act(cls):
        return 'add'


class AllotmentChange(Wizard):
    __name__ = 'tibillet.allotment.change'

    start = StateView(
        'tibillet.allotment.change.start',
        'tibillet_event.allotment_change_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Change", 'change', 'tryton-ok', default=True),
            ])
    change = StateTransition()

    def default_start(self, fields):
        if not self.record:
            return {}
        return {
            'allotment': self.record.id,
            'performance': self.record.performance.id,
            }

    def transition_change(self):
        if self.start.act == 'add':
            self.model.add_places(
                self.records, self.start.quantity, self.start.source,
                self.start.zone, self.start.row)
        else:
            self.model.remove_places(self.records, self.start.quantity)
        return 'end'

    def end(self):
        return 'reload'
