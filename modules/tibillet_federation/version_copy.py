import datetime as dt

from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.wizard import Button, StateAction, StateView, Wizard


class VersionCopy(Wizard):
    __name__ = 'tibillet.convention.version.copy'

    start = StateView(
        'tibillet.convention.version.copy.start',
        'tibillet_federation.version_copy_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Copy", 'copy', 'tryton-ok', default=True),
            ])
    copy = StateAction('tibillet_federation.act_version_form')

    def default_start(self, fields):
        pool = Pool()
        Statement = pool.get('tibillet.convention.statement')
        if not self.record:
            return {}
        convention = self.record.convention
        # What is settled keeps its clauses, and so does what is in force.
        days = [
            self.record.effective_from,
            Statement.get_locked_until(convention),
            *(v.effective_from for v in convention.versions
                if v.state in {'adopted', 'superseded'}),
            ]
        last = max(filter(None, days), default=None)
        return {'effective_from': last + dt.timedelta(days=1)} if last else {}

    def do_copy(self, action):
        copies = self.model.copy(
            self.records, default={
                'effective_from': self.start.effective_from,
                })
        action['views'].reverse()
        return action, {'res_id': [c.id for c in copies]}


class VersionCopyStart(ModelView):
    __name__ = 'tibillet.convention.version.copy.start'
    __string__ = "Convention Version Copy Start"

    effective_from = fields.Date(
        "In Force From", required=True,
        help="The first day of the new clauses.")
