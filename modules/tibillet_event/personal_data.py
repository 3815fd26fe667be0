"""What a company holds on a person: shown, given away, forgotten.

Each part of it is named once; modules add theirs to PersonalData, a wizard.
Nothing of what another company holds is read or written.
"""
import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal

from sql import Null
from tibillet_base import mail, reach, spreadsheet, tools
from tibillet_base.tools import SHOWN, cursor, forget
from tibillet_base.whole_report import WholeReport

from trytond.i18n import gettext
from trytond.model import Model, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Bool, Eval
from trytond.report import Report
from trytond.tools import escape_wildcard
from trytond.transaction import (
    Transaction, inactive_records, without_check_access)
from trytond.wizard import (
    Button, StateReport, StateTransition, StateView, Wizard)

from . import change_mail
from .personal_exceptions import PersonMissingError

FORMAT = 'tibillet-personal-data-1'


@dataclass(frozen=True)
class Whom:
    "A person whom a company knows: a party of the books, an e-mail, or both"
    company: int
    party: int = None
    email: str = None

    def domain(self, party='party', email='email'):
        "Return the domain of what the company holds on the person"
        same = ['OR']
        if self.party is not None:
            same.append((party, '=', self.party))
        if self.email and email:
            same.append((email, 'ilike', escape_wildcard(self.email)))
        if len(same) == 1:
            same.append(('id', '=', -1))
        return [('company', '=', self.company), same]


@dataclass(frozen=True)
class Part:
    "Records on a person: their name, their title, what is told of each"
    name: str
    title: str
    records: tuple
    columns: tuple

    @property
    def heads(self):
        return spreadsheet.names(self.records[0], list(self.columns))

    @property
    def rows(self):
        "Return what people read"
        return [
            [self._say(name, value) for name, value in zip(
                    self.columns,
                    spreadsheet.values(record, list(self.columns)),
                    strict=True)]
            for record in self.records]

    def _say(self, name, value):
        "Return a number that is no amount of the company's as a text"
        pool = Pool()
        Lang = pool.get('ir.lang')
        field = self.records[0]._fields[name]
        if (not isinstance(value, Decimal)
                or isinstance(getattr(field, '_field', field), Monetary)):
            return value
        return Lang.get().format_number(
            value, digits=max(-value.as_tuple().exponent, 0))

    @property
    def values(self):
        "Return what programs read"
        return [
            {name: _plain(getattr(record, name)) for name in self.columns}
            for record in self.records]


def _plain(value):
    if isinstance(value, Model):
        return value.rec_name
    if isinstance(value, dt.datetime):
        return value.isoformat() + 'Z'
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value


class PersonalDataStart(ModelView):
    __name__ = 'tibillet.personal.data.start'
    __string__ = "Personal Data Start"

    company = fields.Many2One(
        'company.company', "Company", required=True, states=SHOWN,
        help="What other companies hold is theirs to tell.")
    party = fields.Many2One(
        'party.party', "Party",
        context={
            'company': Eval('company', -1),
            },
        depends=['company'])
    email = fields.Char(
        "E-mail", help="Verify that it is the person's before you tell or "
        "forget anything.")

    @fields.depends('party', 'email')
    def on_change_party(self):
        if self.party and not self.email:
            self.email = mail.get_address(self.party)

    @property
    def whom(self):
        return get_whom({
                'company': self.company.id,
                'party': self.party.id if self.party else None,
                'email': self.email,
                })


@without_check_access
def get_whom(data):
    "Return the Whom of what a client asks, refuse what is not his to ask"
    party, email = data.get('party'), (data.get('email') or '').strip()
    if party is None and not mail.is_address(email):
        raise PersonMissingError(
            gettext('tibillet_event.msg_personal_data_person'))
    if Transaction().user:
        reach.check_companies({'company.company': {int(data['company'])}})
        if party is not None:
            reach.check({'party.party': [int(party)]})
    return Whom(
        int(data['company']), None if party is None else int(party),
        email.lower() or None)


class PersonalDataShown(ModelView):
    __name__ = 'tibillet.personal.data.shown'
    __string__ = "Personal Data Shown"

    person = fields.Char("Person", states=SHOWN)
    held = fields.Text("Held", states=SHOWN)
    kept = fields.Text(
        "Kept because the Law Says so", states=SHOWN)


class PersonalDataDone(ModelView):
    __name__ = 'tibillet.personal.data.done'
    __string__ = "Personal Data Done"

    done = fields.Text("Done", states=SHOWN)


class PersonalData(Wizard):
    __name__ = 'tibillet.personal.data'

    start = StateView(
        'tibillet.personal.data.start',
        'tibillet_event.personal_data_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Look", 'shown', 'tryton-search', default=True),
            ])
    shown = StateView(
        'tibillet.personal.data.shown',
        'tibillet_event.personal_data_shown_view_form', [
            Button("Close", 'end', 'tryton-cancel'),
            Button("Forget the Person", 'forget', 'tryton-clear',
                states={
                    'readonly': ~Bool(Eval('held')),
                    }),
            Button("Data for Programs", 'json', 'tryton-export'),
            Button("Print", 'page', 'tryton-print', default=True),
            ])
    page = StateReport('tibillet.personal.data.page')
    json = StateReport('tibillet.personal.data.json')
    forget = StateTransition()
    done = StateView(
        'tibillet.personal.data.done',
        'tibillet_event.personal_data_done_view_form', [
            Button("Close", 'end', 'tryton-ok', default=True),
            ])

    def default_start(self, fields):
        context = Transaction().context
        values = {'company': context.get('company')}
        if context.get('active_model') == 'party.party':
            values['party'] = context.get('active_id')
        return values

    def default_shown(self, fields):
        whom = self.start.whom
        with without_check_access(), inactive_records():
            parts = self.get_parts(whom)
            return {
                'person': get_name(whom),
                'held': '\n'.join(
                    gettext(
                        'tibillet_event.msg_personal_data_count',
                        title=p.title, count=len(p.records))
                    for p in parts),
                'kept': '\n'.join(self.get_kept(whom)),
                }

    def _do_report(self, action):
        whom = self.start.whom
        return action, {
            'id': whom.company,
            'ids': [whom.company],
            'company': whom.company,
            'party': whom.party,
            'email': whom.email,
            }

    do_page = do_json = _do_report

    def transition_forget(self):
        whom = self.start.whom
        with without_check_access(), inactive_records():
            # Afterwards nothing says of whom it was.
            kept = self.get_kept(whom)
        self.forget_person(whom)
        self.done.done = '\n'.join([
                gettext('tibillet_event.msg_personal_data_done'), *kept])
        return 'done'

    def default_done(self, fields):
        return {'done': self.done.done}

    @classmethod
    def get_parts(cls, whom):
        "Return the parts of what a company holds, those that are not empty"
        return [
            Part(name, gettext(title), tuple(records), tuple(columns))
            for name, title, records, columns in cls._get_parts(whom)
            if records]

    @classmethod
    def _get_parts(cls, whom):
        "Return tuples of name, id of the title, records, columns"
        pool = Pool()
        Consent = pool.get('tibillet.consent')
        Email = pool.get('ir.email')
        Party = pool.get('party.party')
        Waiting = pool.get('tibillet.waiting')
        parts = []
        if whom.party is not None:
            party = Party(whom.party)
            parts += [
                ('party', 'tibillet_event.msg_personal_data_party',
                    [party], ['name', 'code', 'create_date']),
                ('addresses', 'tibillet_event.msg_personal_data_addresses',
                    party.addresses, ['full_address']),
                ('contacts', 'tibillet_event.msg_personal_data_contacts',
                    party.contact_mechanisms, ['type', 'value']),
                ]
        return [
            *parts,
            ('consents', 'tibillet_event.msg_personal_data_consents',
                Consent.search(whom.domain()), [
                    'purpose', 'kind', 'at', 'way', 'email', 'text']),
            ('waiting', 'tibillet_event.msg_personal_data_waiting',
                Waiting.search(whom.domain()), [
                    'performance', 'quantity', 'holder', 'email', 'phone',
                    'arrived_at', 'state']),
            ('messages', 'tibillet_event.msg_personal_data_messages',
                Email.search([
                        ('resource', 'in', [
                                str(r) for r in cls.get_written(whom)]),
                        ]), ['at', 'recipients', 'subject']),
            ]

    @classmethod
    def get_written(cls, whom):
        "Return the records on which messages to the person are kept"
        pool = Pool()
        Waiting = pool.get('tibillet.waiting')
        return Waiting.search(whom.domain())

    @classmethod
    def get_kept(cls, whom):
        "Return sentences on what is kept, and why"
        pool = Pool()
        Buyer = pool.get('tibillet.buyer')
        if whom.party is not None and not Buyer.search(
                [('party', '=', whom.party)], limit=1):
            return [gettext('tibillet_event.msg_personal_data_kept_party')]
        return []

    @classmethod
    def keeps_party(cls, whom):
        "Return whether the books need the name of the party"
        return False

    @classmethod
    def check_forget(cls, whom):
        "Refuse while the company owes something to the person"

    @classmethod
    def forget_person(cls, whom):
        """Forget a person as far as a company holds something on him

        Who calls has checked who asks.
        """
        tools.write_alone()
        with without_check_access(), inactive_records():
            cls.check_forget(whom)
            mail.forget(cls.get_written(whom))
            cls.forget_records(whom)
            cls._forget_party(whom)

    @classmethod
    def forget_records(cls, whom):
        pool = Pool()
        Consent = pool.get('tibillet.consent')
        Waiting = pool.get('tibillet.waiting')
        entries = Waiting.search(whom.domain())
        Waiting.end(entries)
        Waiting.forget(entries)
        consents = Consent.search(whom.domain())
        Consent.withdraw(consents)
        clear(Consent.search(whom.domain()), ['party', 'email'])

    @classmethod
    def _forget_party(cls, whom):
        "Erase a party that is a buyer of the company and of no other one"
        pool = Pool()
        Buyer = pool.get('tibillet.buyer')
        Erase = pool.get('party.erase', type='wizard')
        Party = pool.get('party.party')
        if whom.party is None or cls.keeps_party(whom):
            return
        buyers = Buyer.search([('party', '=', whom.party)])
        own = [b for b in buyers if b.company.id == whom.company]
        if own and len(buyers) > len(own):
            Buyer.delete(own)
        elif own:
            # Administrators alone erase any party; this one was the company's.
            with Transaction().set_user(0, set_context=True):
                party = Party(whom.party)
                Party.write([party], {'active': False})
                session, _, _ = Erase.create()
                erase = Erase(session)
                erase.ask.party = party
                erase.transition_erase()
                Erase.delete(session)


def clear(records, columns):
    "Empty columns of facts by which a person is known"
    if not records:
        return
    Record, own = records[0].__class__, records[0].__table__()
    for some in tools.sliced(records):
        ids = [r.id for r in some]
        cursor().execute(*own.update(
                [getattr(own, name) for name in columns],
                [Null] * len(columns),
                where=fields.SQL_OPERATORS['in'](own.id, ids)))
        forget(Record, ids)


def get_name(whom):
    pool = Pool()
    Party = pool.get('party.party')
    names = [whom.email]
    if whom.party is not None:
        names.insert(0, Party(whom.party).rec_name)
    return ', '.join(filter(None, names))


class PersonalDataPage(WholeReport):
    __name__ = 'tibillet.personal.data.page'

    @classmethod
    def get_context(cls, records, header, data):
        pool = Pool()
        Company = pool.get('company.company')
        Data = pool.get('tibillet.personal.data', type='wizard')
        context = super().get_context(records, header, data)
        whom = get_whom(data)
        company = Company(whom.company)

        def shown(value):
            if isinstance(value, Decimal):
                return context['format_currency'](
                    value, None, company.currency)
            if isinstance(value, dt.datetime):
                return change_mail.format_start(
                    value, company.timezone or 'UTC')
            if isinstance(value, dt.date):
                return context['format_date'](value)
            return '–' if value in {None, ''} else value

        with inactive_records():
            context.update(
                company=company, person=get_name(whom), shown=shown,
                parts=Data.get_parts(whom), kept=Data.get_kept(whom),
                today=tools.today(company))
        return context


class PersonalDataJSON(Report):
    __name__ = 'tibillet.personal.data.json'

    @classmethod
    def _execute(cls, records, header, data, action):
        pool = Pool()
        Company = pool.get('company.company')
        Data = pool.get('tibillet.personal.data', type='wizard')
        whom = get_whom(data)
        with without_check_access(), inactive_records():
            company = Company(whom.company)
            content = {
                'format': FORMAT,
                'company': company.rec_name,
                'currency': company.currency.code,
                'made_at': _plain(tools.now()),
                'person': get_name(whom),
                'parts': {
                    part.name: part.values for part in Data.get_parts(whom)},
                }
        return 'json', json.dumps(
            content, ensure_ascii=False, indent=2).encode()
