"""What a member is given of its shares: numbered, as it was on its day."""
from tibillet_base import tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin
from tibillet_base.of_company import OfCompanyMixin
from tibillet_base.whole_report import WholeReport

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import without_check_access
from trytond.wizard import StateReport, Wizard

from .exceptions import ShareCertificateError
from .share_entry import amount_field

SHOWN = [
    'company', 'number', 'date', 'party_name', 'address', 'class_name',
    'entry', 'entries', 'shares', 'nominal', 'subscribed', 'paid']


def _name(name, **options):
    return fields.Char(name, readonly=True, strip=False, **options)


class ShareCertificate(FactMixin, OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.share.certificate'
    __string__ = "Share Certificate"
    _fact_message = 'tibillet_membership.msg_share_certificate_immutable'

    company = fields.Many2One(
        'company.company', "Company", required=True, readonly=True,
        ondelete='RESTRICT')
    number = fields.Integer(
        "Number", required=True, readonly=True,
        help="Among the certificates of the company, without holes.")
    date = fields.Date("Date", required=True, readonly=True)
    party = fields.Many2One(
        'party.party', "Member", required=True, readonly=True,
        ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})
    party_name = _name("Name of the Member", required=True)
    address = fields.Text("Address", readonly=True, strip=False)
    class_name = _name("Class", required=True)
    entry = fields.Many2One(
        'tibillet.share.entry', "Last Entry", required=True, readonly=True,
        ondelete='RESTRICT',
        help="Of the member in the register, when the certificate was made.")
    entries = _name(
        "Numbers in the Register", required=True,
        help="Of all entries of the member.")
    shares = fields.Integer("Shares", required=True, readonly=True)
    nominal = amount_field("Nominal Value", "Of one share.")
    subscribed = amount_field(
        "Subscribed", "The shares at their nominal value.")
    paid = amount_field("Paid", "What the member has paid of it.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('number_unique', Unique(table, table.company, table.number),
                'tibillet_membership.msg_share_certificate_unique'),
            ('entry_unique', Unique(table, table.entry),
                'tibillet_membership.msg_share_certificate_unique'),
            ]
        cls._order = [
            ('company', 'ASC'), ('number', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, SHOWN, ['party'])

    def get_rec_name(self, name):
        return gettext(
            'tibillet_membership.msg_share_certificate_name',
            number=self.number, party=self.party_name)

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('party_name', *clause[1:])]

    @classmethod
    @without_check_access
    def make(cls, holdings):
        """Return the certificates of what is held, in the same order

        What has not changed since has one already.
        """
        for holding in holdings:
            if not holding.shares:
                raise ShareCertificateError(gettext(
                        'tibillet_membership.msg_share_certificate_none',
                        party=holding.party.rec_name))
        pool = Pool()
        Company = pool.get('company.company')
        tools.take_turn(Company, {h.company.id for h in holdings}, 'party')
        last = {h: max(h.entries, key=lambda e: e.number) for h in holdings}
        found = {
            c.entry: c for c in cls.search(
                [('entry', 'in', [e.id for e in last.values()])])}
        missing = [h for h in holdings if last[h] not in found]
        numbers = {
            company: cls._get_last_number(company)
            for company in {h.company for h in missing}}
        values = []
        for holding in missing:
            numbers[holding.company] += 1
            values.append(cls._get_values(
                    holding, last[holding], numbers[holding.company]))
        found.update((c.entry, c) for c in cls.create(values))
        return [found[last[h]] for h in holdings]

    @classmethod
    def _get_last_number(cls, company):
        for certificate in cls.search(
                [('company', '=', company.id)],
                order=[('number', 'DESC')], limit=1):
            return certificate.number
        return 0

    @classmethod
    def _get_values(cls, holding, entry, number):
        party = holding.party
        address = party.address_get()
        return {
            'company': holding.company.id,
            'number': number,
            'date': tools.today(holding.company),
            'party': party.id,
            'party_name': party.name or party.rec_name,
            'address': address.full_address if address else None,
            'class_name': holding.share_class.name,
            'entry': entry.id,
            'entries': ', '.join(
                str(n) for n in sorted(e.number for e in holding.entries)),
            'shares': holding.shares,
            'nominal': holding.share_class.nominal,
            'subscribed': holding.subscribed,
            'paid': holding.paid,
            }


class Certify(Wizard):
    "Print the certificates of what is held, made when there is none yet"
    __name__ = 'tibillet.share.certify'

    start_state = 'certify'
    certify = StateReport('tibillet.share.certificate.page')

    def do_certify(self, action):
        pool = Pool()
        Certificate = pool.get('tibillet.share.certificate')
        certificates = Certificate.make(self.records)
        return action, {'ids': [c.id for c in certificates]}


class CertificateReport(WholeReport):
    __name__ = 'tibillet.share.certificate.page'

    @classmethod
    def get_context(cls, records, header, data):
        pool = Pool()
        Certificate = pool.get('tibillet.share.certificate')
        context = super().get_context(records, header, data)
        context['certificates'] = Certificate.browse(
            [int(r) for r in records])
        return context
