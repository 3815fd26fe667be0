"""What has to be known of a tariff to sell it for a performance, kept
between two orders.

An order reads no record: it takes what was read before, which is forgotten
when anything that it is made of is changed.
"""
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from tibillet_base.till_product import Facts

from trytond.cache import Cache
from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta
from trytond.transaction import (
    Transaction, inactive_records, without_check_access)

from . import ticket_seller
from .exceptions import (
    TariffPerformanceError, TicketProductError, TicketTillError)
from .tariff_rule import Rule

ZERO = Decimal(0)


@dataclass(frozen=True)
class Offer:
    """A tariff of a performance, at the tills of a company

    names: of what is written in the journal, by its columns.
    is_own: whether the company of the till is the organiser.
    tax, rate: the VAT of the admission.
    fee_facts: what the till writes of the fee, None for its product's.
    """
    rule: Rule
    event: int
    performance: int
    tariff: int
    organiser: int
    names: dict
    starts_at: dt.datetime
    number: int
    person_max: int
    is_own: bool
    tax: int
    rate: Decimal
    product: int
    facts: Facts
    fee_product: int
    fee_facts: Facts

    @property
    def performance_name(self):
        return ' – '.join(
            self.names[name]
            for name in ['event_name', 'performance_name', 'venue_name'])


@without_check_access
def get(performance, tariff, company):
    "Return the Offer, refuse a tariff that is not of the performance"
    pool = Pool()
    Tariff = pool.get('tibillet.tariff')
    key = (performance, tariff, company, Transaction().language)
    found = Tariff._offers_cache.get(key)
    if found is None:
        found = Tariff._offers_cache.set(
            key, _read(performance, tariff, company))
    return found


@without_check_access
def find(uuid, company):
    """Return the id of a performance that a company sells, None for others

    uuid: its public name.
    """
    pool = Pool()
    Company = pool.get('company.company')
    Performance = pool.get('tibillet.performance')
    Tariff = pool.get('tibillet.tariff')
    found = Tariff._offers_cache.get((uuid, company))
    if found is None:
        performances = Performance.search([
                ('uuid', '=', uuid),
                is_sold_by(Company(company)),
                ], limit=1)
        if performances:
            found = Tariff._offers_cache.set(
                (uuid, company), performances[0].id)
    return found


def is_sold_by(company):
    "Return the domain of the performances that a company sells"
    return ('event.selling_companies', '=', company.id)


def _read(performance, tariff, company):
    pool = Pool()
    AdmissionTax = pool.get('tibillet.admission.tax')
    Company = pool.get('company.company')
    Performance = pool.get('tibillet.performance')
    Tariff = pool.get('tibillet.tariff')
    performance, tariff = Performance(performance), Tariff(tariff)
    company = Company(company)
    with inactive_records():
        if not Tariff.search([('id', '=', tariff.id)]):
            raise TariffPerformanceError(gettext(
                    'tibillet_event.msg_tariff_performance',
                    tariff=tariff.id, performance=performance.rec_name))
    if not tariff.is_of(performance):
        tariff.refuse('performance', performance)
    event = performance.event
    ticket_seller.check(event, company)
    rule = tariff.get_rule()
    is_own = event.company == company
    tax, rate = AdmissionTax.get_tax(company.id, performance)
    label = f'{performance.rec_name}, {tariff.name}'
    facts = fee_facts = None
    if rule.price or rule.free_price:
        facts = _facts(label, tariff, company, tax, rate, is_own)
    earner = tariff.fee_party or event.company.party
    if rule.has_fee:
        _check_product(tariff, 'fee_product')
        if earner != company.party:
            fee_facts = Facts(
                f'{tariff.fee_product.rec_name}, {label}', None, ZERO,
                get_account('organisers_account', company), None)
    return Offer(
        rule=rule,
        event=event.id,
        performance=performance.id,
        tariff=tariff.id,
        organiser=event.company.id,
        names={
            'performance_uuid': performance.uuid,
            'organiser_name': event.company.party.name,
            'event_name': event.name,
            'performance_name': performance.date_name,
            'venue_name': performance.venue.name,
            'tariff_name': tariff.name,
            'tariff_kind': tariff.kind,
            },
        starts_at=performance.start,
        number=tariff.number,
        person_max=tariff.person_max,
        is_own=is_own,
        tax=tax,
        rate=rate,
        product=tariff.product.id if tariff.product else None,
        facts=facts,
        fee_product=tariff.fee_product.id if tariff.fee_product else None,
        fee_facts=fee_facts)


def _facts(label, tariff, company, tax, rate, is_own):
    "Return what the till writes of the admission"
    _check_product(tariff, 'product')
    category = tariff.product.account_category
    category = category.id if category else None
    if not is_own:
        # What is sold for another is neither revenue nor VAT of ours.
        return Facts(
            label, None, ZERO, get_account('organisers_account', company),
            category)
    return Facts(
        label, tax, rate, get_account('deferred_account', company), category)


def _check_product(tariff, name):
    if not getattr(tariff, name):
        raise TicketProductError(gettext(
                f'tibillet_event.msg_ticket_{name}', tariff=tariff.name))


def get_account(name, company):
    "Return the id of an account of the configuration of tickets"
    pool = Pool()
    Configuration = pool.get('tibillet.ticket.configuration')
    account = Configuration(1).get_multivalue(name, company=company.id)
    if not account:
        raise TicketTillError(gettext(f'tibillet_event.msg_ticket_{name}'))
    return account.id


class _OfferedMixin:
    "A record that an offer is made of"
    __slots__ = ()

    @classmethod
    def on_modification(cls, mode, records, field_names=None):
        pool = Pool()
        Tariff = pool.get('tibillet.tariff')
        super().on_modification(mode, records, field_names=field_names)
        Tariff._offers_cache.clear()


class Tariff(_OfferedMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.tariff'

    _offers_cache = Cache('tibillet.tariff.offers', context=False)


class TariffPerformance(_OfferedMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.tariff-tibillet.performance'


class Event(_OfferedMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.event'


class EventCompany(_OfferedMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.event-company.company'


class EventParty(_OfferedMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.event-party.party'


class Performance(_OfferedMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.performance'


class Venue(_OfferedMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.venue'


class AdmissionTax(_OfferedMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.admission.tax'


class Configuration(_OfferedMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.ticket.configuration'


class ConfigurationAccount(_OfferedMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.ticket.configuration.account'


class Product(_OfferedMixin, metaclass=PoolMeta):
    __name__ = 'product.product'


class Template(_OfferedMixin, metaclass=PoolMeta):
    __name__ = 'product.template'


class Tax(_OfferedMixin, metaclass=PoolMeta):
    __name__ = 'account.tax'


class Party(_OfferedMixin, metaclass=PoolMeta):
    __name__ = 'party.party'


class Company(_OfferedMixin, metaclass=PoolMeta):
    __name__ = 'company.company'


class Translation(metaclass=PoolMeta):
    __name__ = 'ir.translation'

    @classmethod
    def on_modification(cls, mode, records, field_names=None):
        pool = Pool()
        Tariff = pool.get('tibillet.tariff')
        super().on_modification(mode, records, field_names=field_names)
        if any(r.type == 'model' for r in records):
            Tariff._offers_cache.clear()
