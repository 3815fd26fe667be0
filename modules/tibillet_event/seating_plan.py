from trytond.model import ModelView, fields
from trytond.wizard import Button, StateTransition, StateView, Wizard

from . import seating


class SeatingStart(ModelView):
    __name__ = 'tibillet.performance.seating.start'
    __string__ = "Performance Seating Start"

    lines = fields.One2Many(
        'tibillet.performance.seating.line', None, "Rows", required=True,
        help="Two lines of one row are the two sides of an aisle, "
        "from the left.")


class SeatingLine(ModelView):
    __name__ = 'tibillet.performance.seating.line'
    __string__ = "Performance Seating Line"

    zone = fields.Char(
        "Zone", required=True,
        help="The part of the hall: stalls, balcony…")
    first_row = fields.Char(
        "First Row", required=True,
        help="A letter or a number. The first row is the best.")
    last_row = fields.Char("Last Row", required=True)
    first_seat = fields.Integer("First Seat", required=True)
    last_seat = fields.Integer("Last Seat", required=True)
    numbering = fields.Selection([
            ('following', "1 2 3 4"),
            ('odd_even', "3 1 2 4"),
            ('odd', "5 3 1"),
            ('even', "2 4 6"),
            ], "Numbering", required=True, sort=False, translate=False,
        help="From the left to the right of the row.")
    count = fields.Function(fields.Integer("Seats"), 'on_change_with_count')

    @classmethod
    def default_first_seat(cls):
        return 1

    @classmethod
    def default_numbering(cls):
        return 'following'

    @fields.depends(
        'zone', 'first_row', 'last_row', 'first_seat', 'last_seat',
        'numbering')
    def on_change_with_count(self, name=None):
        line = self.get_line()
        if not all(line):
            return None
        try:
            return len(seating.plan([line]))
        except ValueError:
            return None

    def get_line(self):
        return (
            self.zone, self.first_row, self.last_row, self.first_seat,
            self.last_seat, self.numbering)


class Seating(Wizard):
    __name__ = 'tibillet.performance.seating'

    start = StateView(
        'tibillet.performance.seating.start',
        'tibillet_event.seating_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Add", 'add', 'tryton-ok', default=True),
            ])
    add = StateTransition()

    def transition_add(self):
        self.model.add_seats(
            self.records, [line.get_line() for line in self.start.lines])
        return 'end'

    def end(self):
        return 'reload'
