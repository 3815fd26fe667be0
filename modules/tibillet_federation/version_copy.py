import datetime as dt

from trytond.model import ModelView, fields
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
        if self.record and self.record.effective_from:
            return {
                'effective_from':
                    self.record.effective_from + dt.timedelta(days=1),
                }
        return {}

    def do_copy(self, action):
        copies = self.model.copy(
            self.records, default={
                'effective_from': self.start.effective_from,
                })
        action['views'].reverse()
        return action, {'res_id': [c.id for c in copies]}


class VersionCopyStart(ModelView):
    __name__ = 'tibillet.convention.version.copy.start'

    effective_from = fields.Date(
        "In Force From", required=True,
        help="The first day of the new clauses.")
