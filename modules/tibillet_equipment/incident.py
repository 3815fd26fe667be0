from tibillet_base.names import search_names
from tibillet_base.of_company import OfCompanyMixin
from tibillet_base.problem import SurpriseMixin
from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Workflow, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import Transaction

from .exceptions import (
    IncidentAmountWarning, IncidentDecisionError, IncidentEvidenceError,
    IncidentModificationError, IncidentReportError, IncidentValidationError)
from .numbered import NumberedMixin

_states = {
    'readonly': Eval('state') != 'draft',
    }
_decision_states = {
    'readonly': Eval('state').in_(['decided', 'cancelled']),
    }
# What a report has settled, and the states of a unit that nobody has.
REPORTED = {
    'number', 'company', 'equipment', 'type', 'date', 'custodian'}
GONE = {'missing', 'lost', 'stolen'}
# Who writes more than so many times the cost has most likely mistyped it.
TIMES_COST = 2


class Incident(
        SurpriseMixin, NumberedMixin, OfCompanyMixin, Workflow,
        ModelSQL, ModelView):
    __name__ = 'tibillet.equipment.incident'
    __string__ = "Equipment Incident"
    _problem_error = IncidentValidationError
    _surprise_warning = IncidentAmountWarning
    _problem_message = 'tibillet_equipment.msg_incident'
    _sequence_name = 'incident_sequence'

    company = fields.Many2One(
        'company.company', "Company", required=True,
        states={
            'readonly': _states['readonly'] | Eval('equipment', None),
            })
    equipment = fields.Many2One(
        'tibillet.equipment', "Unit", required=True, ondelete='RESTRICT',
        states=_states,
        domain=[
            ('company', '=', Eval('company', -1)),
            ])
    type = fields.Selection([
            ('breakage', "Breakage"),
            ('theft', "Theft"),
            ('loss', "Loss"),
            ('wear', "Wear"),
            ], "Type", required=True, states=_states, sort=False)
    date = fields.Date("Date", required=True, states=_states)
    custodian = fields.Many2One(
        'party.party', "Custodian", readonly=True, ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends={'company'},
        help="Who had the unit when the incident was reported.")
    responsible = fields.Selection([
            (None, ""),
            ('operator', "Operator"),
            ('customer', "Customer"),
            ('provider', "Provider"),
            ('third_party', "Third Party"),
            ('none', "Nobody"),
            ], "Responsible", states=_decision_states, sort=False)
    responsible_party = fields.Many2One(
        'party.party', "Responsible Party", ondelete='RESTRICT',
        states={
            'readonly': _decision_states['readonly'],
            'invisible': (
                ~Eval('responsible') | (Eval('responsible') == 'none')),
            },
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})
    description = fields.Text("Description", states=_decision_states)
    evidence = fields.Binary(
        "Evidence", filename='evidence_name',
        states={
            'readonly': _decision_states['readonly'],
            'required': (
                (Eval('type') == 'theft')
                & Eval('state').in_(['reported', 'decided'])),
            },
        help="The report to the police of a theft, a photo of a breakage.")
    evidence_name = fields.Char(
        "Evidence Name",
        states={
            'readonly': _decision_states['readonly'],
            })
    evidence_number = fields.Char(
        "Evidence Number", states=_decision_states,
        help="The number of the report to the police or to the insurer.")
    valuation = fields.Selection([
            ('net_value', "Net Book Value"),
            ('replacement', "Replacement Cost"),
            ('agreed', "Agreed Value"),
            ], "Valuation", required=True, states=_decision_states,
        sort=False)
    amount = Monetary(
        "Amount", currency='currency', digits='currency',
        states={
            'readonly': (
                _decision_states['readonly']
                | (Eval('valuation') == 'net_value')),
            'required': Eval('state') == 'decided',
            },
        help="What the incident cost.\n"
        "The net book value is known when the incident is decided.")
    insurer = fields.Many2One(
        'party.party', "Insurer", ondelete='RESTRICT',
        states=_decision_states,
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})
    deductible = Monetary(
        "Deductible", currency='currency', digits='currency',
        states={
            'readonly': _decision_states['readonly'],
            'invisible': ~Eval('insurer'),
            })
    indemnity = Monetary(
        "Indemnity", currency='currency', digits='currency',
        states=_decision_states,
        help="What is received for the incident.")
    decision = fields.Selection([
            (None, ""),
            ('keep', "Keep in Use"),
            ('repair', "Repair"),
            ('write_off', "Write off"),
            ], "Decision",
        states={
            'readonly': _decision_states['readonly'],
            'required': Eval('state') == 'decided',
            }, sort=False,
        help="A unit that is written off leaves the books.")
    decision_date = fields.Date(
        "Decision Date",
        states={
            'readonly': _decision_states['readonly'],
            'required': Eval('state') == 'decided',
            })
    state = fields.Selection([
            ('draft', "Draft"),
            ('reported', "Reported"),
            ('decided', "Decided"),
            ('cancelled', "Cancelled"),
            ], "State", required=True, readonly=True, sort=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.update({
                Index(table, (table.equipment, Index.Range())),
                Index(
                    table,
                    (table.state, Index.Equality(cardinality='low')),
                    where=table.state.in_(['draft', 'reported'])),
                })
        cls._order = [
            ('date', 'DESC'),
            ('id', 'DESC'),
            ]
        cls._transitions |= {
            ('draft', 'reported'),
            ('reported', 'decided'),
            ('draft', 'cancelled'),
            ('reported', 'cancelled'),
            }
        cls._buttons.update({
                'cancel': {
                    'invisible': ~Eval('state').in_(['draft', 'reported']),
                    'depends': ['state'],
                    },
                'report': {
                    'invisible': Eval('state') != 'draft',
                    'depends': ['state'],
                    },
                'decide': {
                    'invisible': Eval('state') != 'reported',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_date(cls):
        pool = Pool()
        Date = pool.get('ir.date')
        return Date.today()

    @classmethod
    def default_valuation(cls):
        return 'net_value'

    @classmethod
    def default_state(cls):
        return 'draft'

    @fields.depends('decision', 'decision_date')
    def on_change_decision(self):
        pool = Pool()
        Date = pool.get('ir.date')
        if self.decision and not self.decision_date:
            self.decision_date = Date.today()

    def get_rec_name(self, name):
        return " - ".join(filter(
                None, [self.number, self.equipment.rec_name]))

    @classmethod
    def search_rec_name(cls, name, clause):
        return search_names(clause, 'number', 'equipment.rec_name')

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('state') == 'cancelled', 'muted',
                    If(Eval('state') == 'reported', 'warning', ''))),
            ]

    @classmethod
    def copy(cls, incidents, default=None):
        default = default.copy() if default is not None else {}
        for name in [
                'custodian', 'decision', 'decision_date', 'amount',
                'evidence', 'evidence_name', 'evidence_number']:
            default.setdefault(name)
        return super().copy(incidents, default=default)

    def _get_problem(self, field_names):
        for name in ['amount', 'deductible', 'indemnity']:
            if name in field_names and (getattr(self, name) or 0) < 0:
                return f'{name}_negative'
        if {'date', 'equipment'} & field_names:
            if self.date > today(self.company):
                return 'date_future'
            if self.date < self.equipment.acquisition_date:
                return 'date_before'
        if ({'date', 'decision_date'} & field_names
                and self.decision_date and self.decision_date < self.date):
            return 'decision_before'

    def _get_problem_names(self):
        pool = Pool()
        Lang = pool.get('ir.lang')
        lang = Lang.get()
        return {
            'incident': self.rec_name,
            'date': lang.strftime(self.date),
            'acquired': lang.strftime(self.equipment.acquisition_date),
            'amount': self._say_amount(lang, self.amount),
            'indemnity': self._say_amount(lang, self.indemnity),
            }

    def _say_amount(self, lang, amount):
        return lang.currency(amount or 0, self.currency)

    def _get_surprises(self, field_names):
        yield from super()._get_surprises(field_names)
        cost = self.equipment.unit_cost + self.equipment.unit_tax
        for name in ['amount', 'indemnity']:
            if (name in field_names and cost
                    and (getattr(self, name) or 0) > TIMES_COST * cost):
                yield f'{name}_high'

    def _get_surprise_key(self, surprise):
        return '.'.join([
                f'incident_{surprise}', str(self.equipment.id),
                f'{self.date:%Y%m%d}', str(self.amount), str(self.indemnity)])

    @classmethod
    def check_modification(cls, mode, incidents, values=None, external=False):
        super().check_modification(
            mode, incidents, values=values, external=external)
        reported = external and REPORTED & set(values or {})
        for incident in incidents:
            if (incident.state != 'draft' and (mode == 'delete' or reported)
                    or mode == 'write'
                    and incident.state in {'decided', 'cancelled'}):
                raise IncidentModificationError(gettext(
                        'tibillet_equipment.msg_incident_modify',
                        incident=incident.rec_name))
            before = 'draft' if mode == 'create' else incident.state
            if external and (
                    (values or {}).get('state', incident.state) != before):
                raise IncidentModificationError(gettext(
                        'tibillet_equipment.msg_incident_state',
                        incident=incident.rec_name))

    @classmethod
    @ModelView.button
    @Workflow.transition('cancelled')
    def cancel(cls, incidents):
        pass

    @classmethod
    @ModelView.button
    @Workflow.transition('reported')
    def report(cls, incidents):
        pool = Pool()
        Equipment = pool.get('tibillet.equipment')
        CustodyLine = pool.get('tibillet.equipment.custody.line')
        Lang = pool.get('ir.lang')
        handed = CustodyLine.get_last([
                i.equipment for i in incidents if i.type in {'theft', 'loss'}])
        for incident in incidents:
            if incident.equipment.state not in {'draft', 'retired'}:
                incident.check_valued_once()
            else:
                raise IncidentReportError(gettext(
                        'tibillet_equipment.msg_incident_unit',
                        incident=incident.rec_name,
                        equipment=incident.equipment.rec_name,
                        state=incident.equipment.state_string))
            if incident.type == 'theft' and not incident.evidence:
                raise IncidentEvidenceError(gettext(
                        'tibillet_equipment.msg_incident_evidence',
                        incident=incident.rec_name))
            last = handed.get(incident.equipment)
            if last and incident.date < (seen := last.custody.held_from):
                lang = Lang.get()
                raise IncidentReportError(gettext(
                        'tibillet_equipment.msg_incident_seen',
                        incident=incident.rec_name,
                        equipment=incident.equipment.rec_name,
                        custody=last.custody.rec_name,
                        date=lang.strftime(seen)))
        for incident in incidents:
            incident.custodian = incident.equipment.custodian
        cls.set_number(incidents)
        Equipment.steal([
                i.equipment for i in incidents if i.type == 'theft'])
        Equipment.report_missing([
                i.equipment for i in incidents if i.type == 'loss'])
        # A broken unit that is out is repaired once it is back.
        Equipment.repair([
                i.equipment for i in incidents if i.type == 'breakage'])

    @classmethod
    @ModelView.button
    @Workflow.transition('decided')
    def decide(cls, incidents):
        pool = Pool()
        Equipment = pool.get('tibillet.equipment')
        written_off = {}
        for incident in incidents:
            incident.check_decision()
            if incident.decision == 'write_off':
                incident.check_valued_once(
                    written_off.get(incident.equipment))
                written_off[incident.equipment] = incident
        for incident in incidents:
            if incident.valuation == 'net_value':
                incident.amount = incident.equipment.get_net_value_on(
                    incident.decision_date)
        cls.save(incidents)
        for incident in incidents:
            units = [incident.equipment]
            if incident.decision == 'repair':
                Equipment.repair(units)
            elif incident.decision == 'keep':
                Equipment.find([u for u in units if u.state in GONE])
                Equipment.make_available(units)
            elif incident.type == 'loss':
                Equipment.lose(units)
                Equipment.dispose(units, incident.decision_date)
            elif incident.type == 'theft':
                Equipment.dispose(units, incident.decision_date)
            else:
                Equipment.retire(units, incident.decision_date, 'broken')
            if incident.decision == 'write_off':
                Equipment.write(units, {'written_off': incident.id})

    def check_valued_once(self, previous=None):
        "Refuse to value again a unit that is written off and not found"
        pool = Pool()
        Lang = pool.get('ir.lang')
        previous = previous or self.equipment.written_off
        if previous:
            lang = Lang.get()
            raise IncidentDecisionError(gettext(
                    'tibillet_equipment.msg_incident_written_off',
                    incident=self.rec_name,
                    equipment=self.equipment.rec_name,
                    previous=previous.number,
                    date=lang.strftime(previous.decision_date),
                    amount=self._say_amount(lang, previous.amount)))

    def check_decision(self):
        pool = Pool()
        Configuration = pool.get('tibillet.equipment.configuration')
        Equipment = pool.get('tibillet.equipment')
        Lang = pool.get('ir.lang')
        if not self.decision or not self.decision_date:
            raise IncidentDecisionError(gettext(
                    'tibillet_equipment.msg_incident_decision',
                    incident=self.rec_name))
        if self.valuation != 'net_value' and self.amount is None:
            raise IncidentDecisionError(gettext(
                    'tibillet_equipment.msg_incident_amount',
                    incident=self.rec_name))
        if self.equipment.state == 'retired':
            self.check_valued_once()
        problem = self._get_decision_problem()
        if problem:
            raise IncidentDecisionError(gettext(
                    f'tibillet_equipment.msg_incident_{problem}',
                    incident=self.rec_name,
                    equipment=self.equipment.rec_name,
                    state=self.equipment.state_string,
                    custodian=self.equipment.custodian.rec_name))
        if self.decision == 'write_off' and self.type == 'loss':
            delay = Configuration(1).get_multivalue(
                'loss_delay', company=self.company.id)
            if self.decision_date < self.date + delay:
                raise IncidentDecisionError(gettext(
                        'tibillet_equipment.msg_incident_loss_delay',
                        incident=self.rec_name,
                        days=delay.days,
                        date=Lang.get().strftime(self.date + delay)))
        if self.decision == 'write_off':
            Equipment.check_leaving([self.equipment], self.decision_date)

    def _get_decision_problem(self):
        "Return why the decision would change nothing of the unit"
        state = self.equipment.state
        if self.decision == 'write_off':
            if (self.type in {'loss', 'theft'}
                    and state not in GONE | {'retired'}):
                return 'found'
        elif state == 'retired':
            return 'retired'
        elif self.decision == 'repair':
            if state in GONE:
                return 'gone'
            elif state == 'out':
                return 'out'


del _states, _decision_states
