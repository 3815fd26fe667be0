"""What people have agreed to, with one company: when, and by which words."""
from sql import Null
from sql.functions import Lower
from sql.operators import Exists
from tibillet_base import mail, tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin
from tibillet_base.instant import Instant

from trytond.i18n import gettext
from trytond.model import DeactivableMixin, Index, ModelSQL, ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import Transaction, without_check_access

from .personal_exceptions import (
    ConsentMissingError, ConsentPersonError, ConsentPurposeError)

_STATES = {
    'readonly': Eval('id', -1) >= 0,
    }


class ConsentPurpose(DeactivableMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.consent.purpose'
    __string__ = "Consent Purpose"

    company = fields.Many2One(
        'company.company', "Company", required=True, ondelete='RESTRICT',
        states={
            'readonly': Eval('people', 0) > 0,
            })
    name = fields.Char(
        "Purpose", required=True, translate=True,
        help="What people agree to, such as being written to about the "
        "programme.")
    text = fields.Text(
        "Words", required=True,
        states={
            'readonly': Eval('people', 0) > 0,
            },
        help="What people are told before they agree. Once somebody has "
        "agreed they stay; for other words make another purpose.")
    people = fields.Function(
        fields.Integer("Agree", help="How many people agree today."),
        'get_people')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [('company', 'ASC'), ('name', 'ASC'), ('id', 'ASC')]

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_people(cls):
        return 0

    @classmethod
    @without_check_access
    def get_people(cls, purposes, name):
        pool = Pool()
        Consent = pool.get('tibillet.consent')
        people = {p.id: set() for p in purposes}
        for consent in Consent.search([
                    ('purpose', 'in', list(people)),
                    ('holds', '=', True),
                    ]):
            people[consent.purpose.id].add(
                consent.party.id if consent.party else consent.email)
        return {id_: len(found) for id_, found in people.items()}

    @classmethod
    def check_modification(cls, mode, purposes, values=None, external=False):
        super().check_modification(
            mode, purposes, values=values, external=external)
        if mode == 'delete' or (
                mode == 'write' and values.keys() & {'company', 'text'}):
            cls._check_unused(purposes)

    @classmethod
    @without_check_access
    def _check_unused(cls, purposes):
        pool = Pool()
        Consent = pool.get('tibillet.consent')
        for consent in Consent.search([
                    ('purpose', 'in', [p.id for p in purposes]),
                    ], limit=1):
            raise ConsentPurposeError(gettext(
                    'tibillet_event.msg_consent_purpose_used',
                    purpose=consent.purpose.rec_name))


class Consent(FactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.consent'
    __string__ = "Consent"
    _fact_message = 'tibillet_event.msg_consent_fact'

    purpose = fields.Many2One(
        'tibillet.consent.purpose', "Purpose", required=True, states=_STATES,
        ondelete='RESTRICT')
    company = fields.Many2One(
        'company.company', "Company", required=True, readonly=True,
        ondelete='RESTRICT', help="With whom it was agreed.")
    party = fields.Many2One(
        'party.party', "Party", ondelete='RESTRICT', states=_STATES,
        context={
            'company': Eval('company', -1),
            'buyer': True,
            },
        depends=['company'])
    email = fields.Char(
        "E-mail", states=_STATES,
        help="Of somebody who is no party of the books, or to whom one may "
        "write.")
    who = fields.Function(fields.Char("Who"), 'get_who')
    kind = fields.Selection([
            ('given', "Agreed"),
            ('withdrawn', "Withdrawn"),
            ], "What", required=True, states=_STATES, sort=False)
    way = fields.Selection([
            ('counter', "At the Counter"),
            ('paper', "On Paper"),
            ('message', "By Message"),
            ('online', "Online"),
            ], "How", required=True, states=_STATES, sort=False)
    at = Instant("At", readonly=True)
    recorded_by = fields.Char(
        "Recorded By", readonly=True, strip=False,
        help="Empty if the person has done it alone.")
    text = fields.Text(
        "Words", readonly=True, help="What the person was told.")
    holds = fields.Function(
        fields.Boolean(
            "Holds", help="The person has agreed and not withdrawn since."),
        'get_holds', searcher='search_holds')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.update({
                Index(table, (table.purpose, Index.Equality())),
                Index(table, (table.email, Index.Equality())),
                })
        cls._order = [('at', 'DESC'), ('id', 'DESC')]
        cls._buttons.update({
                'withdraw': {
                    'invisible': ~Eval('holds') | (Eval('id', -1) < 0),
                    'icon': 'tryton-cancel',
                    'depends': ['holds'],
                    },
                })

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, [
                'purpose', 'company', 'kind', 'way', 'at', 'recorded_by',
                'text'],
            party_columns=['party'], personal_columns=['party', 'email'])

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_kind(cls):
        return 'given'

    @classmethod
    def default_way(cls):
        return 'counter'

    @fields.depends('purpose', '_parent_purpose.text')
    def on_change_purpose(self):
        self.text = self.purpose.text if self.purpose else None

    @fields.depends('party', 'email')
    def on_change_party(self):
        if self.party and not self.email:
            self.email = mail.get_address(self.party)

    def get_who(self, name):
        if self.party and self.party.name:
            return self.party.rec_name
        return self.email

    def get_rec_name(self, name):
        return ' – '.join(filter(None, [self.who, self.purpose.rec_name]))

    @classmethod
    def search_rec_name(cls, name, clause):
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('party.rec_name', *clause[1:]),
            ('email', *clause[1:]),
            ('purpose.rec_name', *clause[1:]),
            ]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(Eval('holds'), 'success', 'muted')),
            ]

    @classmethod
    def _get_holding(cls):
        "Return the SQL query of those that nothing has followed"
        consent, later = cls.__table__(), cls.__table__()
        same = (
            (later.party == consent.party)
            | (Lower(later.email) == Lower(consent.email)))
        return consent.select(
            consent.id,
            where=(consent.kind == 'given')
            & ((consent.party != Null) | (consent.email != Null))
            & ~Exists(later.select(
                    later.id,
                    where=(later.purpose == consent.purpose)
                    & (later.id > consent.id) & same)))

    @classmethod
    def get_holds(cls, consents, name):
        statement = tools.cursor()
        ids = {c.id for c in consents}
        query = cls._get_holding()
        query.where &= fields.SQL_OPERATORS['in'](
            query.from_[0].id, sorted(ids))
        statement.execute(*query)
        holding = {id_ for id_, in statement}
        return {id_: id_ in holding for id_ in ids}

    @classmethod
    def search_holds(cls, name, clause):
        _, operator, value = clause
        positive = bool(value) == (operator == '=')
        return [('id', 'in' if positive else 'not in', cls._get_holding())]

    @classmethod
    def preprocess_values(cls, mode, values):
        pool = Pool()
        Purpose = pool.get('tibillet.consent.purpose')
        values = super().preprocess_values(mode, values)
        if mode == 'create' and values.get('purpose'):
            with without_check_access():
                purpose = Purpose(int(values['purpose']))
                values.update(
                    company=purpose.company.id, text=purpose.text)
            values.update(at=tools.now(), recorded_by=tools.who())
            if values.get('email'):
                values['email'] = values['email'].strip().lower()
        return values

    @classmethod
    def check_modification(cls, mode, consents, values=None, external=False):
        # People are asked at the counter: these facts are typed.
        super().check_modification(
            mode, consents, values=values,
            external=external and mode != 'create')

    @classmethod
    def validate_fields(cls, consents, field_names):
        super().validate_fields(consents, field_names)
        if field_names & {'party', 'email', 'kind', 'purpose'}:
            for consent in consents:
                consent._check_person()
                consent._check_given()

    def _check_person(self):
        if not self.party and not self.email:
            raise ConsentPersonError(gettext(
                    'tibillet_event.msg_consent_person',
                    purpose=self.purpose.rec_name))
        if self.email and not mail.is_address(self.email):
            raise ConsentPersonError(gettext(
                    'tibillet_event.msg_consent_address',
                    address=self.email))

    @without_check_access
    def _check_given(self):
        "Refuse to withdraw what was not agreed"
        same = ['OR']
        if self.party:
            same.append(('party', '=', self.party.id))
        if self.email:
            same.append(('email', '=', self.email))
        if self.kind == 'withdrawn' and not self.search([
                    ('purpose', '=', self.purpose.id),
                    ('kind', '=', 'given'),
                    ('id', '<', self.id),
                    same,
                    ], limit=1):
            raise ConsentMissingError(gettext(
                    'tibillet_event.msg_consent_missing',
                    who=self.who, purpose=self.purpose.rec_name))

    @classmethod
    @ModelView.button
    @without_check_access
    def withdraw(cls, consents, way='counter'):
        "Record that people do not agree any more"
        cls.create([{
                    'purpose': consent.purpose.id,
                    'party': consent.party.id if consent.party else None,
                    'email': consent.email,
                    'kind': 'withdrawn',
                    'way': way,
                    } for consent in consents if consent.holds])
