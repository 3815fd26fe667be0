"""The allocation of a result in the books, in one move."""
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, fields
from trytond.modules.company.model import CompanyValueMixin
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.report import Report
from trytond.transaction import without_check_access

from .exceptions import SurplusPostingError

ZERO = Decimal(0)
_context_company = Eval('context', {}).get('company', -1)
_company = Eval('company', -1)


def _account(name, company, help):
    return fields.Many2One(
        'account.account', name, ondelete='RESTRICT',
        domain=[
            ('company', '=', company),
            ('type', '!=', None),
            ('closed', '!=', True),
            ],
        help=help)


def _profit(company):
    return _account(
        "Result, Profit", company,
        "Where the year is closed with a profit, such as 120.")


def _loss(company):
    return _account(
        "Result, Loss", company,
        "Where the year is closed with a loss, such as 129.")


def _legal(company):
    return _account("Legal Reserve", company, "Such as 1061.")


def _statutory(company):
    return _account("Statutory Reserve", company, "Such as 1063.")


def _other(company):
    return _account("Development Reserve", company, "Such as 1068.")


def _interest(company):
    return _account(
        "Interest to Pay", company,
        "What is owed to the members, such as 457.")


def _carried(company):
    return _account("Carried Forward", company, "Profits, such as 110.")


def _losses(company):
    return _account(
        "Losses Carried Forward", company, "Such as 119.")


def get_field_name(role):
    return f'surplus_{role}_account'


ROLES = [
    'profit', 'loss', 'legal', 'statutory', 'other', 'interest', 'carried',
    'losses']
FIELDS = {*map(get_field_name, ROLES)}


class Configuration(metaclass=PoolMeta):
    __name__ = 'tibillet.membership.configuration'

    surplus_profit_account = fields.MultiValue(_profit(_context_company))
    surplus_loss_account = fields.MultiValue(_loss(_context_company))
    surplus_legal_account = fields.MultiValue(_legal(_context_company))
    surplus_statutory_account = fields.MultiValue(
        _statutory(_context_company))
    surplus_other_account = fields.MultiValue(_other(_context_company))
    surplus_interest_account = fields.MultiValue(
        _interest(_context_company))
    surplus_carried_account = fields.MultiValue(_carried(_context_company))
    surplus_losses_account = fields.MultiValue(_losses(_context_company))

    @classmethod
    def multivalue_model(cls, field):
        pool = Pool()
        if field in FIELDS:
            return pool.get('tibillet.membership.configuration.surplus')
        return super().multivalue_model(field)


class ConfigurationSurplus(ModelSQL, CompanyValueMixin):
    __name__ = 'tibillet.membership.configuration.surplus'
    __string__ = "Membership Configuration Surplus"

    surplus_profit_account = _profit(_company)
    surplus_loss_account = _loss(_company)
    surplus_legal_account = _legal(_company)
    surplus_statutory_account = _statutory(_company)
    surplus_other_account = _other(_company)
    surplus_interest_account = _interest(_company)
    surplus_carried_account = _carried(_company)
    surplus_losses_account = _losses(_company)


class Surplus(metaclass=PoolMeta):
    __name__ = 'tibillet.surplus'

    moves = fields.One2Many(
        'account.move', 'origin', "Moves", readonly=True,
        states={
            'invisible': ~Eval('moves'),
            })

    @classmethod
    def copy(cls, surpluses, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('moves')
        return super().copy(surpluses, default=default)

    @classmethod
    @ModelView.button
    @without_check_access
    def allocate(cls, surpluses):
        pool = Pool()
        Move = pool.get('account.move')
        proposed = [s for s in surpluses if s.state == 'proposed']
        super().allocate(surpluses)
        for surplus in proposed:
            surplus._check_books()
        moves = [s.get_move() for s in proposed]
        Move.save(moves)
        Move.post(moves)

    @property
    def _result_role(self):
        return 'profit' if self.result > 0 else 'loss'

    def _check_books(self):
        "Refuse to allocate another result than that of the books"
        pool = Pool()
        Line = pool.get('account.move.line')
        account = self._get_account(self._result_role)
        booked = sum((
                line.credit - line.debit for line in Line.search([
                        ('account', '=', account.id),
                        ('move_state', '=', 'posted'),
                        ('date', '<=', self.resolution.assembly.date),
                        ])), ZERO)
        if booked != self.result:
            def money(amount):
                return Report.format_currency(amount, None, self.currency)
            raise SurplusPostingError(gettext(
                    'tibillet_membership.msg_surplus_books',
                    surplus=self.rec_name, account=account.rec_name,
                    booked=money(booked), result=money(self.result)))

    def get_move(self):
        "Return the move, not saved, of what the assembly decided"
        pool = Pool()
        Configuration = pool.get('tibillet.membership.configuration')
        Move = pool.get('account.move')
        Period = pool.get('account.period')
        journal = Configuration(1).get_multivalue(
            'share_journal', company=self.company.id)
        if not journal:
            raise SurplusPostingError(gettext(
                    'tibillet_membership.msg_share_journal'))
        date = self.resolution.assembly.date
        return Move(
            company=self.company, journal=journal,
            period=Period.find(self.company, date=date), date=date,
            origin=self, description=self.rec_name,
            lines=[
                line for role, amount in self._get_amounts() if amount
                for line in self._get_lines(role, amount)])

    def _get_amounts(self):
        "Return what each account is credited"
        return [
            (self._result_role, -self.result),
            ('losses', self.covered + min(self.carried, ZERO)),
            ('legal', self.legal),
            ('statutory', self.statutory),
            ('other', self.other),
            ('interest', self.interest),
            ('carried', max(self.carried, ZERO)),
            ]

    def _get_lines(self, role, amount):
        pool = Pool()
        Line = pool.get('account.move.line')
        account = self._get_account(role)
        parts = [(None, amount)]
        if account.party_required and role == 'interest':
            parts = [(i.party, i.amount) for i in self.interests]
        return [
            Line(
                account=account, party=party,
                debit=max(-part, ZERO), credit=max(part, ZERO))
            for party, part in parts]

    def _get_account(self, role):
        pool = Pool()
        Configuration = pool.get('tibillet.membership.configuration')
        name = get_field_name(role)
        account = Configuration(1).get_multivalue(
            name, company=self.company.id)
        if not account:
            raise SurplusPostingError(gettext(
                    'tibillet_membership.msg_surplus_account',
                    account=Configuration.__names__(name)['field'],
                    surplus=self.rec_name))
        return account


class Move(metaclass=PoolMeta):
    __name__ = 'account.move'

    @classmethod
    def _get_origin(cls):
        return super()._get_origin() + ['tibillet.surplus']
