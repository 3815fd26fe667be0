"""What a till has to know of a product, kept between two sales."""
from dataclasses import dataclass
from decimal import Decimal

from trytond.cache import Cache
from trytond.exceptions import UserError
from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction, without_check_access

from .exceptions import TillAccountError, TillVATError


@dataclass(frozen=True)
class Facts:
    """What a till writes of what it sells

    tax: None where nothing is taxed.
    rate: None outside of the turnover, as what is loaded on a card.
    deposit: whether whoever sells it may take it back.
    """
    label: str
    tax: int | None
    rate: Decimal | None
    account: int
    category: int | None
    deposit: bool = False


class SoldMixin:
    "A record that decides what tills know of products and show of them"
    __slots__ = ()

    @classmethod
    def on_modification(cls, mode, records, field_names=None):
        pool = Pool()
        Product = pool.get('product.product')
        Screen = pool.get('tibillet.till.screen')
        super().on_modification(mode, records, field_names=field_names)
        Product._till_facts_cache.clear()
        Screen._shown_cache.clear()


class Product(SoldMixin, metaclass=PoolMeta):
    __name__ = 'product.product'

    _till_facts_cache = Cache('product.product.till_facts', context=False)

    @classmethod
    def get_till_facts(cls, ids, company, date):
        "Return the facts of products by id, at a date"
        language = Transaction().language
        found, missing = {}, []
        for id_ in ids:
            facts = cls._till_facts_cache.get((id_, company, date, language))
            if facts is None:
                missing.append(id_)
            else:
                found[id_] = facts
        if missing:
            with without_check_access(), Transaction().set_context(
                    company=company):
                for product in cls.browse(missing):
                    found[product.id] = cls._till_facts_cache.set(
                        (product.id, company, date, language),
                        product._get_till_facts(date))
        return found

    def _get_till_facts(self, date):
        pool = Pool()
        Tax = pool.get('account.tax')
        try:
            account = self.account_revenue_used
            taxes = [
                t for t in Tax.sort_taxes(self.customer_taxes_used)
                for t in _percentages(t, date)]
        except (UserError, ValueError):
            account = taxes = None
        if not account or taxes is None or len(taxes) > 1:
            raise TillVATError(gettext(
                    'tibillet_base.msg_till_vat', product=self.rec_name))
        if account.closed:
            # Else it would be found when the closure is posted, too late.
            raise TillAccountError(gettext(
                    'tibillet_base.msg_till_account',
                    product=self.rec_name, account=account.rec_name))
        tax = taxes[0] if taxes else None
        return Facts(
            self.rec_name, tax.id if tax else None,
            tax.rate if tax else Decimal(0), account.id,
            self.account_category.id if self.account_category else None)


def _percentages(tax, date):
    """Return the taxes of a percentage that a tax is made of at a date

    Raise ValueError if there is anything else.
    """
    if ((tax.start_date and date < tax.start_date)
            or (tax.end_date and tax.end_date < date)):
        return []
    children = [p for child in tax.childs for p in _percentages(child, date)]
    if tax.type == 'none':
        return children
    if tax.type != 'percentage' or children or tax.rate < 0:
        raise ValueError(tax.type)
    return [tax]


class Template(SoldMixin, metaclass=PoolMeta):
    __name__ = 'product.template'


class Category(SoldMixin, metaclass=PoolMeta):
    __name__ = 'product.category'


class CategoryAccount(SoldMixin, metaclass=PoolMeta):
    __name__ = 'product.category.account'


class CategoryTax(SoldMixin, metaclass=PoolMeta):
    __name__ = 'product.category-customer-account.tax'


class Tax(SoldMixin, metaclass=PoolMeta):
    __name__ = 'account.tax'


class Account(SoldMixin, metaclass=PoolMeta):
    __name__ = 'account.account'
