"""The register of shares: numbered, chained, never edited."""
from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin
from tibillet_base.of_company import OfCompanyMixin

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Bool, Eval, If
from trytond.transaction import Transaction, without_check_access

from tibillet import chain

from .exceptions import ShareRegisterError

KINDS = [
    ('subscription', "Subscription"),
    ('call', "Call"),
    ('payment', "Payment"),
    ('transfer', "Transfer"),
    ('withdrawal', "Withdrawal"),
    ('exclusion', "Exclusion"),
    ('refund', "Refund"),
    ]
CORRECTION = ('correction', "Correction")
# What an entry changes, in the currency of the company.
AMOUNTS = ['subscribed', 'called', 'paid', 'owed', 'losses']
# What the chain holds of an entry.
CHAINED = [
    'number', 'date', 'kind', 'party_name', 'class_name', 'shares', *AMOUNTS]
# And of those that are recorded with their holder.
IDENTIFIED = ['holder', 'share_class', 'since', 'counterpart', 'reason']


def amount_field(name, help=""):
    return Monetary(
        name, currency='currency', digits='currency', required=True,
        readonly=True, help=help)


class ShareEntry(FactMixin, OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.share.entry'
    __string__ = "Share Entry"
    _fact_message = 'tibillet_membership.msg_share_entry_immutable'

    company = fields.Many2One(
        'company.company', "Company", required=True, readonly=True,
        ondelete='RESTRICT')
    number = fields.Integer(
        "Number", required=True, readonly=True,
        help="In the register of the company, without holes.")
    date = fields.Date("Date", required=True, readonly=True)
    kind = fields.Selection(
        [*KINDS, CORRECTION], "Kind", required=True, readonly=True, sort=False)
    party = fields.Many2One(
        'party.party', "Member", required=True, readonly=True,
        ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})
    share_class = fields.Many2One(
        'tibillet.share.class', "Class", required=True, readonly=True,
        ondelete='RESTRICT')
    holder = fields.Integer(
        "Holder", readonly=True,
        help="The party as it was recorded, whatever it was merged into.")
    # As they were: what is renamed later stays so here.
    party_name = fields.Char(
        "Name of the Member", required=True, readonly=True, strip=False)
    class_name = fields.Char(
        "Name of the Class", required=True, readonly=True, strip=False)
    shares = fields.Integer(
        "Shares", required=True, readonly=True,
        help="Negative for those that go.")
    subscribed = amount_field(
        "Subscribed", "The shares at their nominal value.")
    called = amount_field("Called", "What the co-operative has asked for.")
    paid = amount_field("Paid", "What the member has paid of it.")
    owed = amount_field(
        "To Pay Back", "What the co-operative owes to who has left.")
    losses = amount_field(
        "Losses", "The part of the losses that who has left has borne.")
    since = fields.Date(
        "Subscribed on", readonly=True,
        states={
            'invisible': ~Eval('since'),
            },
        help="The five years to call what is left are counted from here.")
    counterpart = fields.Many2One(
        'tibillet.share.entry', "Counterpart", readonly=True,
        ondelete='RESTRICT',
        states={
            'invisible': ~Eval('counterpart'),
            },
        help="The entry that this one goes with: who has given, what is "
        "paid back, or what is corrected.")
    reason = fields.Char(
        "Reason", readonly=True, strip=False,
        states={
            'invisible': ~Eval('reason'),
            },
        help="Why the counterpart is corrected.")
    correction = fields.Function(fields.Many2One(
            'tibillet.share.entry', "Corrected by",
            states={
                'invisible': ~Eval('correction'),
                }),
        'get_correction')
    previous_link = fields.Char(
        "Previous Fingerprint", required=True, readonly=True, strip=False)
    link = fields.Char(
        "Fingerprint", required=True, readonly=True, strip=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('number_unique', Unique(table, table.company, table.number),
                'tibillet_membership.msg_share_entry_number_unique'),
            ]
        cls._sql_indexes.update({
                Index(
                    table,
                    (table.party, Index.Equality()),
                    (table.share_class, Index.Equality())),
                Index(table, (table.date, Index.Range())),
                })
        cls._order = [
            ('company', 'ASC'), ('number', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'company', 'previous_link', 'link', *IDENTIFIED, *CHAINED],
            ['party'])

    def get_rec_name(self, name):
        return gettext(
            'tibillet_membership.msg_share_entry_name',
            number=self.number, party=self.party_name)

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('party_name', *clause[1:])]

    @classmethod
    def get_correction(cls, entries, name):
        found = dict.fromkeys(e.id for e in entries)
        with without_check_access():
            for correction in cls.search([
                        ('kind', '=', 'correction'),
                        ('counterpart', 'in', list(found)),
                        ]):
                found[correction.counterpart.id] = correction.id
        return found

    @staticmethod
    def get_link(company, previous, values):
        """Return the links before and of an entry

        previous: the link of the last one, None for the first of a company.
        values: of relations their ids.
        """
        names = list(CHAINED)
        if values.get('holder') is not None:
            names += IDENTIFIED
        previous = previous or chain.genesis(
            ['tibillet.share.entry', company])
        return previous, chain.link(
            previous, {name: values.get(name) for name in names})

    @classmethod
    def check_register(cls, company):
        "Refuse a register of which a number is missing or was changed"
        number, count = cls.find_break(company)
        if number:
            raise ShareRegisterError(gettext(
                    'tibillet_membership.msg_share_register_broken',
                    number=number,
                    company=company.rec_name))
        return count

    @classmethod
    @without_check_access
    def find_break(cls, company):
        """Return the first number that is missing or changed, and the count

        No number if all is as it was recorded.
        """
        previous = None
        entries = cls.search(
            [('company', '=', company.id)], order=[('number', 'ASC')])
        merged = cls._get_merged(entries)
        for number, entry in enumerate(entries, 1):
            values = {
                name: getattr(entry, name)
                for name in [*CHAINED, 'holder', 'since', 'reason']}
            values['share_class'] = entry.share_class.id
            values['counterpart'] = (
                entry.counterpart.id if entry.counterpart else None)
            links = cls.get_link(company.id, previous, values)
            holder = entry.holder or entry.party.id
            if (entry.number != number
                    or (entry.previous_link, entry.link) != links
                    or merged.get(holder, holder) != entry.party.id):
                return number, len(entries)
            previous = entry.link
        return None, len(entries)

    @staticmethod
    def _get_merged(entries):
        "Return what the parties that were merged have become"
        pool = Pool()
        Party = pool.get('party.party')
        merged = {}
        wanted = {
            e.holder for e in entries
            if e.holder and e.holder != e.party.id}
        with Transaction().set_context(active_test=False):
            for party in Party.search([('id', 'in', list(wanted))]):
                last = party
                while last.replaced_by:
                    last = last.replaced_by
                merged[party.id] = last.id
        return merged

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Bool(Eval('correction'))
                    | (Eval('kind') == 'correction'), 'muted', '')),
            ]
