"""What cards and wallets tell a company of a person.

A wallet belongs to no company. What a company holds of it is what it has
recorded, or owes: operations, balances and terms of the moneys that it
issues, the cards that it has handed out, the notices that it has given.
"""
from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta

from .party import check_owed


class PersonalData(metaclass=PoolMeta):
    __name__ = 'tibillet.personal.data'

    @classmethod
    def _get_parts(cls, whom):
        return [
            *super()._get_parts(whom),
            ('cards', 'tibillet_cashless.msg_personal_cards',
                cls._find_cards(whom), [
                    'number', 'uid', 'origin', 'state', 'blocked_for']),
            ('balances', 'tibillet_cashless.msg_personal_balances',
                cls._find(
                    'tibillet.wallet.balance', whom, 'wallet',
                    cls._get_issued(whom)),
                ['money', 'amount', 'held']),
            ('wallet_operations', 'tibillet_cashless.msg_personal_operations',
                cls._find_operations(whom, ['OR',
                        ('company', '=', whom.company),
                        cls._get_issued(whom, 'moves.money'),
                        cls._get_issued(whom, 'holds.money'),
                        ]),
                ['kind', 'at', 'party', 'amounts', 'reason']),
            ('wallet_debts', 'tibillet_cashless.msg_personal_debts',
                cls._find('tibillet.wallet.debt', whom, 'wallet', [
                        ('operation.company', '=', whom.company),
                        ]),
                ['date', 'money', 'amount', 'cancelled']),
            ('terms', 'tibillet_cashless.msg_personal_terms',
                cls._find_terms(whom), ['terms', 'date', 'card']),
            ('notices', 'tibillet_cashless.msg_personal_notices',
                cls._find_notices(whom), [
                    'date', 'melts_on', 'money', 'amount', 'channel',
                    'address']),
            ]

    @classmethod
    def _get_wallets(cls, whom):
        pool = Pool()
        Wallet = pool.get('tibillet.wallet')
        return Wallet.get_all_of(whom.party)

    @classmethod
    def _get_issued(cls, whom, money='money'):
        "Return the clause of the moneys that the company issues"
        pool = Pool()
        Company = pool.get('company.company')
        return (f'{money}.issuer', '=', Company(whom.company).party.id)

    @classmethod
    def _find(cls, model, whom, wallet, domain):
        return Pool().get(model).search([
                (wallet, 'in', [w.id for w in cls._get_wallets(whom)]),
                domain,
                ], order=[('id', 'ASC')])

    @classmethod
    def _find_operations(cls, whom, domain):
        "Those that have moved, held or charged back something of the person"
        pool = Pool()
        Operation = pool.get('tibillet.wallet.operation')
        wallets = [w.id for w in cls._get_wallets(whom)]
        return Operation.search([
                ['OR',
                    *((f'{parts}.wallet', 'in', wallets)
                        for parts in ['moves', 'holds', 'debts'])],
                domain,
                ], order=[('id', 'ASC')])

    @classmethod
    def _find_cards(cls, whom):
        "Those that the company has handed out"
        pool = Pool()
        Card = pool.get('tibillet.card')
        Company = pool.get('company.company')
        return Card.search([
                cls._get_holding(whom),
                ('origin', '=', Company(whom.company).party.id),
                ], order=[('id', 'ASC')])

    @classmethod
    def _get_holding(cls, whom):
        "Return the domain of the cards of the person"
        return ['OR',
            ('party', '=', -1 if whom.party is None else whom.party),
            ('wallet', 'in', [w.id for w in cls._get_wallets(whom)]),
            ]

    @classmethod
    def _find_terms(cls, whom):
        pool = Pool()
        Acceptance = pool.get('tibillet.money.terms.acceptance')
        return Acceptance.search([
                cls._get_agreeing(whom),
                cls._get_issued(whom, 'terms.money'),
                ], order=[('id', 'ASC')])

    @classmethod
    def _get_agreeing(cls, whom):
        "Return the domain of what the person, or a card, has accepted"
        pool = Pool()
        Card = pool.get('tibillet.card')
        cards = Card.search(cls._get_holding(whom))
        return ['OR',
            ('party', '=', -1 if whom.party is None else whom.party),
            ('card', 'in', [c.id for c in cards]),
            ]

    @classmethod
    def _find_notices(cls, whom):
        pool = Pool()
        Notice = pool.get('tibillet.melt.notice')
        of_wallets = [
            ('company', '=', whom.company),
            ('wallet', 'in', [w.id for w in cls._get_wallets(whom)]),
            ]
        return Notice.search([
                'OR', of_wallets,
                whom.domain(party='wallet.party', email='address'),
                ], order=[('id', 'ASC')])

    @classmethod
    def get_written(cls, whom):
        return super().get_written(whom) + cls._find_notices(whom)

    @classmethod
    def is_shared(cls, whom):
        "Return whether others hold something on the wallet or its cards"
        pool = Pool()
        Acceptance = pool.get('tibillet.money.terms.acceptance')
        Card = pool.get('tibillet.card')
        Company = pool.get('company.company')
        own = Company(whom.company).party.id
        return bool(cls._find_operations(whom, ['OR',
                    ('company', '!=', whom.company),
                    ('moves', 'where', [('money.issuer', '!=', own)]),
                    ('holds', 'where', [('money.issuer', '!=', own)]),
                    ])) or any(
            Model.search(domain, limit=1) for Model, domain in [
                (Card, [cls._get_holding(whom), ('origin', '!=', own)]),
                (Acceptance, [
                        cls._get_agreeing(whom),
                        ('terms.money.issuer', '!=', own),
                        ]),
                ])

    @classmethod
    def get_kept(cls, whom):
        kept = super().get_kept(whom)
        wallets = cls._get_wallets(whom)
        if wallets or cls._find_cards(whom):
            reason = (
                'shared' if cls.is_shared(whom)
                else 'wallet' if wallets else 'cards')
            kept.append(
                gettext(f'tibillet_cashless.msg_personal_kept_{reason}'))
        if cls._find_terms(whom):
            kept.append(gettext('tibillet_cashless.msg_personal_kept_terms'))
        return kept

    @classmethod
    def keeps_party(cls, whom):
        return super().keeps_party(whom) or cls.is_shared(whom)

    @classmethod
    def check_forget(cls, whom):
        pool = Pool()
        Party = pool.get('party.party')
        super().check_forget(whom)
        if whom.party is not None:
            check_owed(Party(whom.party), [cls._get_issued(whom)])

    @classmethod
    def forget_records(cls, whom):
        pool = Pool()
        Notice = pool.get('tibillet.melt.notice')
        super().forget_records(whom)
        Notice.forget(cls._find_notices(whom))
        if not cls.is_shared(whom):
            cls._let_go(whom)

    @classmethod
    def _let_go(cls, whom):
        """Leave a wallet and its cards to nobody

        Cards of which something is kept are blocked: the next one would read
        it, or be bound by what he has not accepted. Others are as new.
        """
        pool = Pool()
        Card = pool.get('tibillet.card')
        Wallet = pool.get('tibillet.wallet')
        cards = Card.search(cls._get_holding(whom))
        agreed = {a.card for a in cls._find_terms(whom)}
        used = [
            c for c in cards
            if c.state == 'active' and (c.wallet or c in agreed)]
        Wallet.write(cls._get_wallets(whom), {'party': None})
        Card.write(cards, {'party': None})
        Card.write(used, {'blocked_for': 'other'})
        Card.block(used)
