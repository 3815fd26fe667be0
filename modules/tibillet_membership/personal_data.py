"""What memberships, shares and gifts tell a company of a person."""
from tibillet_base import tools

from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction, without_check_access

from .party import check_leaving

# Each model with its name in an export, the paths to its company and to its
# party, and what is told of it.
BOOKS = [
    ('tibillet.share.entry', 'share_entries', 'company', 'party', [
            'number', 'date', 'kind', 'party_name', 'class_name', 'shares',
            'subscribed', 'called', 'paid', 'owed']),
    ('tibillet.share.withdrawal', 'share_withdrawals', 'company', 'party', [
            'kind', 'asked_on', 'share_class', 'shares', 'state']),
    ('tibillet.share.certificate', 'share_certificates', 'company', 'party', [
            'number', 'date', 'party_name', 'address', 'class_name',
            'shares']),
    ('tibillet.surplus.interest', 'interests', 'surplus.company', 'party', [
            'surplus', 'party_name', 'amount']),
    ('tibillet.college.member', 'colleges', 'company', 'party', [
            'college', 'start', 'end']),
    ('tibillet.roll.line', 'rolls', 'roll.company', 'party', [
            'roll', 'party_name', 'college_name', 'shares']),
    ('tibillet.assembly.attendance', 'attendances', 'assembly.company',
        'line.party', ['assembly', 'presence']),
    ('tibillet.vote', 'votes', 'resolution.company', 'attendance.line.party', [
            'resolution', 'choice']),
    ('tibillet.gift', 'gifts', 'company', 'party', [
            'date', 'amount', 'counterpart', 'nature', 'mode', 'deed',
            'description', 'evidence', 'cancelled_on']),
    ('tibillet.tax.receipt', 'tax_receipts', 'company', 'party', [
            'year', 'number', 'date', 'kind', 'amount', 'party_name',
            'party_address', 'party_identifier', 'legal_form']),
    ]
# What names somebody because the law says so, by the sentence that says it.
_KEPT = {
    'shares': ['share_entries', 'share_certificates', 'interests'],
    'assemblies': ['rolls'],
    'gifts': ['gifts', 'tax_receipts'],
    }


class PersonalData(metaclass=PoolMeta):
    __name__ = 'tibillet.personal.data'

    @classmethod
    def _get_parts(cls, whom):
        pool = Pool()
        Period = pool.get('tibillet.membership.period')
        memberships = cls._get_memberships(whom)
        return [
            *super()._get_parts(whom),
            ('memberships', 'tibillet_membership.msg_personal_memberships',
                memberships, [
                    'number', 'plan', 'since', 'accepted_on', 'end', 'state',
                    'cancelled_on', 'cancel_reason']),
            ('periods', 'tibillet_membership.msg_personal_periods',
                Period.search([
                        ('membership', 'in', [m.id for m in memberships]),
                        ], order=[('start', 'ASC'), ('id', 'ASC')]),
                ['start', 'end', 'amount', 'paid_on', 'cancelled_on']),
            ('reminders', 'tibillet_membership.msg_personal_reminders',
                cls._get_reminders(whom), [
                    'due_date', 'sent_on', 'channel', 'address', 'subject',
                    'body']),
            *((name, f'tibillet_membership.msg_personal_{name}', records,
                    columns)
                for name, records, columns in cls._get_books(whom)
                if cls._may_read(records)),
            ]

    @classmethod
    def _get_memberships(cls, whom):
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        return Membership.search(
            whom.domain(email=None), order=[('id', 'ASC')])

    @classmethod
    def _get_reminders(cls, whom):
        pool = Pool()
        Sent = pool.get('tibillet.membership.reminder.sent')
        return Sent.search(
            whom.domain(email='address'), order=[('id', 'ASC')])

    @classmethod
    @without_check_access
    def _get_books(cls, whom):
        "Return name, records and columns of what is not empty"
        if whom.party is None:
            return []
        pool = Pool()
        books = [
            (name, pool.get(model).search([
                        (company, '=', whom.company),
                        (party, '=', whom.party),
                        ], order=[('id', 'ASC')]), columns)
            for model, name, company, party, columns in BOOKS]
        return [book for book in books if book[1]]

    @classmethod
    def _may_read(cls, records):
        "Return whether who asks is of a group that reads such records"
        pool = Pool()
        Access = pool.get('ir.model.access')
        name = records[0].__name__
        return (not Transaction().user
            or Access.get_access([name])[name]['read'])

    @classmethod
    def get_written(cls, whom):
        return super().get_written(whom) + cls._get_reminders(whom)

    @classmethod
    def get_kept(cls, whom):
        kept = super().get_kept(whom)
        books = cls._get_books(whom)
        names = {name for name, _, _ in books}
        if cls._get_memberships(whom):
            kept.append(
                gettext('tibillet_membership.msg_personal_kept_memberships'))
        for reason, named in _KEPT.items():
            if names & set(named):
                kept.append(gettext(
                        f'tibillet_membership.msg_personal_kept_{reason}'))
        if not all(cls._may_read(records) for _, records, _ in books):
            kept.append(gettext('tibillet_membership.msg_personal_hidden'))
        return kept

    @classmethod
    def keeps_party(cls, whom):
        "A party is erased for all: what other companies keep counts too"
        return super().keeps_party(whom) or any(
            Pool().get(model).search(domain, limit=1)
            for model, domain in cls._get_keeping(whom))

    @classmethod
    def _get_keeping(cls, whom):
        "Return the models and the domains of what needs the party"
        if whom.party is None:
            return []
        kept = {name for names in _KEPT.values() for name in names}
        return [
            ('tibillet.membership', [
                    ('party', '=', whom.party),
                    ('company', '!=', whom.company),
                    ]),
            *((model, [(party, '=', whom.party)])
                for model, name, _, party, _ in BOOKS if name in kept),
            ]

    @classmethod
    def check_forget(cls, whom):
        pool = Pool()
        Company = pool.get('company.company')
        Party = pool.get('party.party')
        super().check_forget(whom)
        if whom.party is not None:
            check_leaving(Party(whom.party), Company(whom.company))

    @classmethod
    def forget_records(cls, whom):
        pool = Pool()
        Company = pool.get('company.company')
        Membership = pool.get('tibillet.membership')
        Sent = pool.get('tibillet.membership.reminder.sent')
        super().forget_records(whom)
        memberships = cls._get_memberships(whom)
        # Nobody is reminded to come back whom the company has forgotten.
        Membership.cancel(memberships, tools.today(Company(whom.company)))
        Membership.write(memberships, {'cancel_reason': None})
        Sent.forget(cls._get_reminders(whom))
