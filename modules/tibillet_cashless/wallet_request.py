"""Record an operation once, whatever it moves."""
from dataclasses import dataclass
from decimal import Decimal

from tibillet_base import tools
from tibillet_base.tools import cursor, table, undone

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access

from tibillet import chain

from . import units, wallet_sql
from .wallet_act import Act
from .wallet_exceptions import (
    AmountLimitError, AmountMissingError, AmountNumberError, AmountSignError,
    AmountUnitError, MoneyTwiceError, WalletUUIDError, WalletUUIDMissingError)

AMOUNT_ERRORS = {
    'number': AmountNumberError,
    'sign': AmountSignError,
    'unit': AmountUnitError,
    'limit': AmountLimitError,
    }


@dataclass(frozen=True)
class At:
    """Where it happens

    company: whose user or device records it.
    party: who loads, takes or pays back the money; that of the company if
        None.
    """
    company: int
    party: int = None


@dataclass(frozen=True)
class Moved:
    "What came into a wallet, negative if it went out, and what it has then"
    wallet: int
    money: int
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True)
class Answer:
    "The answer to the first request and to each replay"
    id: int
    uuid: str
    kind: str
    at: object
    moved: tuple


@dataclass(frozen=True)
class Where:
    "Where and when it happens, as the server has found it"
    company: int
    party: int
    date: object


class Request:
    """What is asked once, by its uuid

    Each kind of request says what it asks (content), and writes it.
    """
    kind = None

    def __init__(self, at, uuid, reason=None):
        if not uuid:
            raise WalletUUIDMissingError(
                gettext('tibillet_cashless.msg_wallet_uuid_missing'))
        self.at = at
        self.uuid = uuid
        self.reason = reason

    def content(self, where):
        """Return what is asked, as plain data

        What is wrong with it whenever it is asked is refused here.
        """
        return {}

    def operation(self, where):
        "Return the columns of the operation that are its own"
        return {}

    def write(self, act):
        "Move what is asked"

    def conflict(self):
        "Refuse an operation that is new and conflicts with another"
        raise LookupError(self.uuid)

    def answer(self, id_, at):
        return Answer(id_, self.uuid, self.kind, at, tuple(_moved(id_)))


def where(at, now):
    company = int(at.company)
    party, zone = wallet_sql.company(company)
    if at.party is not None:
        party = int(at.party)
    return Where(company, party, wallet_sql.local_date(now, zone))


@without_check_access
def record(request, now=None):
    "Return the answer to a request, the first one if it was made before"
    at = now or tools.now()
    here = where(request.at, at)
    digest = chain.link(chain.genesis(['wallet', 'operation']), {
            'kind': request.kind,
            'company': here.company,
            'party': here.party,
            'reason': request.reason,
            **request.content(here),
            })
    with undone():
        # First, so that the same request sent twice waits for itself.
        id_ = wallet_sql.insert_operation({
                'uuid': request.uuid,
                'digest': digest,
                'kind': request.kind,
                'company': here.company,
                'party': here.party,
                'at': at,
                'date': here.date,
                'user': tools.who(),
                'device': Transaction().context.get('_device'),
                'reason': request.reason,
                'create_uid': Transaction().user,
                'create_date': at.replace(microsecond=0),
                **request.operation(here),
                })
        if id_ is None:
            return _replay(request, digest)
        act = Act(id_, request.kind, here.party, here.date, at)
        request.write(act)
        act.finish()
    return request.answer(id_, at)


class Amounts:
    "Amounts of moneys, each once"

    def __init__(self, asked):
        self.asked = [(int(money), amount) for money, amount in asked]
        ids = [money for money, _ in self.asked]
        if not ids:
            raise AmountMissingError(
                gettext('tibillet_cashless.msg_wallet_amount_missing'))
        if len(set(ids)) != len(ids):
            raise MoneyTwiceError(
                gettext('tibillet_cashless.msg_wallet_money_twice'))

    def read(self, where):
        "Return the moneys and their units, as plain data"
        moneys = wallet_sql.moneys(
            [money for money, _ in self.asked], where.party, where.date)
        self.found = [
            (moneys[money], to_units(amount, moneys[money]))
            for money, amount in self.asked]
        return [[money.id, units] for money, units in self.found]

    def __iter__(self):
        # In one order, so that nobody waits for who waits for him.
        return iter(sorted(self.found))


def to_units(amount, money):
    "Return an amount in the smallest units of a money"
    try:
        return units.to_units(amount, money.scale)
    except units.AmountError as error:
        raise AMOUNT_ERRORS[error.code](gettext(
                f'tibillet_cashless.msg_wallet_amount_{error.code}',
                amount=amount,
                money=Pool().get('tibillet.money')(money.id).rec_name,
                )) from error


def _replay(request, digest):
    operation = table('tibillet.wallet.operation')
    statement = cursor()
    statement.execute(*operation.select(
            operation.id, operation.at, operation.digest,
            where=operation.uuid == request.uuid))
    row = statement.fetchone()
    if row is None:
        request.conflict()
    id_, at, found = row
    if found != digest:
        raise WalletUUIDError(gettext(
                'tibillet_cashless.msg_wallet_uuid_reused',
                uuid=request.uuid))
    return request.answer(id_, at)


def _moved(id_):
    move, money = table('tibillet.wallet.move'), table('tibillet.money')
    statement = cursor()
    statement.execute(*move.join(
            money, condition=money.id == move.money).select(
            move.wallet, move.money, move.units, move.balance_units,
            money.scale,
            where=(move.operation == id_) & (move.side == 'holder'),
            order_by=move.id.asc))
    for wallet, money_, moved, balance, scale in statement:
        yield Moved(
            wallet, money_,
            units.from_units(moved, scale),
            units.from_units(balance, scale))
