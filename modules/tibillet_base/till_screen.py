"""What the terminals of a till show and sell."""
import hashlib
import re
from dataclasses import asdict, dataclass
from decimal import Decimal

from trytond.cache import Cache
from trytond.i18n import gettext
from trytond.model import (
    DeactivableMixin, ModelSQL, ModelView, Unique, fields, sequence_ordered)
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from tibillet import chain

from . import till_writer
from .exceptions import (
    TillArticleError, TillPriceChangedError, TillPriceError, TillQuantityError,
    TillScreenError)
from .problem import ProblemMixin
from .till_product import SoldMixin

COLOR = '#267f82'
COLORS = re.compile('#[0-9a-fA-F]{6}')


@dataclass(frozen=True)
class Article:
    """What a terminal sells by one key

    price: of one, with VAT if the prices of the till include it; None if
        the product has none, and cannot be sold.
    digits: of quantities.
    deposit: whether it may be taken back, by a negative quantity.
    """
    product: int
    label: str
    color: str
    price: Decimal | None
    unit: str
    digits: int
    deposit: bool


@dataclass(frozen=True)
class Shown:
    """A screen as terminals know it

    version: changes with what is shown.
    """
    version: str
    articles: tuple


def check_shown(point, uuid, lines):
    """Refuse what the screen of a till does not have, or not at this price

    lines: till_writer.Sold.
    What was sold once is answered again whatever it costs by now.
    """
    pool = Pool()
    Screen = pool.get('tibillet.till.screen')
    if till_writer.find(uuid):
        return
    articles = {a.product: a for a in Screen.get_shown(point).articles}
    for line in lines:
        article = articles.get(line.product)
        if not article:
            raise TillArticleError(gettext(
                    'tibillet_base.msg_till_article', till=point.rec_name))
        if article.price is None:
            raise TillPriceError(gettext(
                    'tibillet_base.msg_till_article_price',
                    article=article.label))
        if line.unit_price != article.price:
            raise TillPriceChangedError(gettext(
                    'tibillet_base.msg_till_price_changed',
                    article=article.label))
        if line.quantity != round(line.quantity, article.digits):
            raise TillQuantityError(gettext(
                    'tibillet_base.msg_till_quantity_digits',
                    article=article.label, unit=article.unit))


class TillScreen(SoldMixin, DeactivableMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.till.screen'
    __string__ = "Till Screen"

    _shown_cache = Cache('tibillet.till.screen.shown', context=False)

    name = fields.Char(
        "Name", required=True, help="Such as Bar or Merchandise.")
    company = fields.Many2One('company.company', "Company", required=True)
    articles = fields.One2Many(
        'tibillet.till.screen.article', 'screen', "Articles",
        help="In the order of the keys.")
    points = fields.One2Many(
        'sale.point', 'screen', "Tills",
        domain=[
            ('company', '=', Eval('company', -1)),
            ],
        add_remove=[
            ('screen', '=', None),
            ])

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order.insert(0, ('name', 'ASC'))

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def copy(cls, screens, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('points')
        return super().copy(screens, default=default)

    @classmethod
    @without_check_access
    def get_shown(cls, point):
        "Return what the terminals of a till show, in the language asked for"
        language = Transaction().language
        key = (point.id, language)
        shown = cls._shown_cache.get(key)
        if shown is None:
            with Transaction().set_context(company=point.company.id):
                shown = cls._shown_cache.set(key, cls(
                        point.screen.id)._get_shown(point.tax_included)
                    if point.screen and point.screen.active
                    else Shown('', ()))
        return shown

    def _get_shown(self, tax_included):
        articles = tuple(
            article.get_shown(tax_included) for article in self.articles
            if article.product.active and article.product.template.active
            and article.product.salable)
        content = chain.canonical([asdict(article) for article in articles])
        return Shown(hashlib.sha256(content).hexdigest()[:16], articles)


class TillScreenArticle(
        ProblemMixin, SoldMixin, sequence_ordered(), ModelSQL, ModelView):
    __name__ = 'tibillet.till.screen.article'
    __string__ = "Till Screen Article"
    _problem_error = TillScreenError
    _problem_message = 'tibillet_base.msg_till_article'

    screen = fields.Many2One(
        'tibillet.till.screen', "Screen", required=True, ondelete='CASCADE')
    product = fields.Many2One(
        'product.product', "Product", required=True, ondelete='CASCADE',
        domain=[
            ('salable', '=', True),
            ],
        context={
            'company': Eval('company', -1),
            },
        depends=['company'])
    label = fields.Char(
        "Label", translate=True,
        help="What is on the key.\nThe name of the product, if empty.")
    color = fields.Char("Color")
    price = fields.Function(Monetary(
            "Price", currency='currency', digits='currency',
            help="With VAT."),
        'on_change_with_price')
    company = fields.Function(fields.Many2One(
            'company.company', "Company"),
        'on_change_with_company', searcher='search_company')
    currency = fields.Function(fields.Many2One(
            'currency.currency', "Currency"), 'on_change_with_currency')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls.__access__.add('screen')
        cls._sql_constraints += [
            ('product_unique', Unique(table, table.screen, table.product),
                'tibillet_base.msg_till_article_unique'),
            ]

    @classmethod
    def default_color(cls):
        return COLOR

    def _get_problem(self, field_names):
        if ('color' in field_names and self.color
                and not COLORS.fullmatch(self.color)):
            return 'color'

    def _get_problem_names(self):
        return {'article': self.rec_name, 'color': self.color}

    @fields.depends('product', 'company')
    def on_change_with_price(self, name=None):
        if self.product and self.company:
            with Transaction().set_context(company=self.company.id):
                return self.product.__class__(
                    self.product.id).gross_price_used

    @fields.depends('screen', '_parent_screen.company')
    def on_change_with_company(self, name=None):
        return self.screen.company if self.screen else None

    @classmethod
    def search_company(cls, name, clause):
        return [('screen.company', *clause[1:])]

    @fields.depends(methods=['on_change_with_company'])
    def on_change_with_currency(self, name=None):
        company = self.on_change_with_company()
        return company.currency if company else None

    def get_rec_name(self, name):
        return self.label or self.product.rec_name

    @classmethod
    def search_rec_name(cls, name, clause):
        return ['OR',
            ('label', *clause[1:]),
            ('product.rec_name', *clause[1:]),
            ]

    def get_shown(self, tax_included):
        product = self.product
        unit = product.sale_uom or product.default_uom
        return Article(
            product.id, self.rec_name, self.color or COLOR,
            product.gross_price_used if tax_included
            else product.list_price_used,
            unit.symbol, unit.digits, bool(product.deposit))


class ListPrice(SoldMixin, metaclass=PoolMeta):
    __name__ = 'product.list_price'


class GrossPrice(SoldMixin, metaclass=PoolMeta):
    __name__ = 'product.gross_price'


class POS(metaclass=PoolMeta):
    __name__ = 'sale.point'

    screen = fields.Many2One(
        'tibillet.till.screen', "Screen", ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ],
        help="What its terminals sell.")
    devices = fields.One2Many(
        'tibillet.device', 'point', "Terminals",
        domain=[
            ('company', '=', Eval('company', -1)),
            ],
        add_remove=[
            ('kind', '=', 'terminal'),
            ('point', '=', None),
            ])

    @classmethod
    def copy(cls, points, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('devices')
        return super().copy(points, default=default)

    @classmethod
    def on_modification(cls, mode, points, field_names=None):
        pool = Pool()
        Screen = pool.get('tibillet.till.screen')
        super().on_modification(mode, points, field_names=field_names)
        if mode == 'write' and field_names & {'screen', 'tax_included'}:
            Screen._shown_cache.clear()


class Device(metaclass=PoolMeta):
    __name__ = 'tibillet.device'

    point = fields.Many2One(
        'sale.point', "Till", ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ],
        states={
            'invisible': Eval('kind') != 'terminal',
            },
        help="Where what the terminal sells is recorded.")

    @classmethod
    def copy(cls, devices, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('point')
        return super().copy(devices, default=default)

    @classmethod
    def _known_fields(cls):
        return [*super()._known_fields(), 'point']
