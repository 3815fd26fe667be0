from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.wizard import Button, StateAction, StateView, Wizard

from . import schedule


class PerformanceCopyStart(ModelView):
    __name__ = 'tibillet.performance.copy.start'
    __string__ = "Performance Copy Start"

    frequency = fields.Selection([
            ('day', "Days"),
            ('week', "Weeks"),
            ('month', "Months"),
            ], "Unit", required=True, sort=False)
    interval = fields.Integer("Every", required=True)
    count = fields.Integer(
        "Number of Copies", required=True,
        help="How many dates to add after the performance.")
    from_ = fields.Date("From", readonly=True)
    dates = fields.Function(
        fields.Text("New Dates"), 'on_change_with_dates')

    @classmethod
    def default_frequency(cls):
        return 'week'

    @classmethod
    def default_interval(cls):
        return 1

    @classmethod
    def default_count(cls):
        return 1

    @fields.depends('from_', 'frequency', 'interval', 'count')
    def on_change_with_dates(self, name=None):
        pool = Pool()
        Lang = pool.get('ir.lang')
        if (not self.from_ or not self.frequency
                or (self.interval or 0) < 1
                or not 1 <= (self.count or 0) <= schedule.COPIES_MAX):
            return None
        lang = Lang.get()
        return '\n'.join(
            lang.strftime(date, '%a ' + lang.date)
            for date in schedule.repeat(
                self.from_, self.frequency, self.interval, self.count))


class PerformanceCopy(Wizard):
    __name__ = 'tibillet.performance.copy'

    start = StateView(
        'tibillet.performance.copy.start',
        'tibillet_event.performance_copy_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Copy", 'open_', 'tryton-ok', default=True),
            ])
    open_ = StateAction('tibillet_event.act_performance')

    def default_start(self, fields):
        return {'from_': self.record.date if self.record else None}

    def do_open_(self, action):
        copies = self.model.repeat(
            self.records, self.start.frequency, self.start.interval,
            self.start.count)
        return action, {'res_id': [p.id for p in copies]}
