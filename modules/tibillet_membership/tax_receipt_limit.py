"""What a donor may get for a gift, as it was published."""
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, fields
from trytond.pyson import Eval
from trytond.report import Report

from .exceptions import TaxLimitError
from .receipt_rules import Limit


class TaxReceiptLimit(ModelSQL, ModelView):
    __name__ = 'tibillet.tax.receipt.limit'
    __string__ = "Tax Receipt Limit"

    kind = fields.Selection([
            ('person', "Persons"),
            ('organisation', "Companies"),
            ], "Donors", required=True, sort=False)
    start = fields.Date("From", required=True)
    end = fields.Date(
        "To", required=True,
        domain=[
            ('end', '>=', Eval('start', None)),
            ],
        help="The last day for which it was published: a limit that is "
        "revised is not used beyond.")
    rate = fields.Numeric(
        "Part of the Gift", digits=(1, 4), required=True,
        domain=[
            ('rate', '>=', Decimal(0)),
            ('rate', '<', Decimal(1)),
            ],
        help="What is handed over is at most this part of the gift.")
    ceiling = fields.Numeric(
        "Ceiling in Euros", digits=(6, 2),
        domain=['OR',
            ('ceiling', '=', None),
            ('ceiling', '>=', Decimal(0)),
            ],
        help="Of all that a donor gets in a civil year; empty without one.")
    source = fields.Char(
        "Source", required=True,
        help="Where it was published, such as the BOFiP on a date.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [('start', 'DESC'), ('id', 'DESC')]

    @classmethod
    def default_kind(cls):
        return 'person'

    def get_rec_name(self, name):
        return ' – '.join(
            Report.format_date(d) for d in [self.start, self.end])

    @classmethod
    def validate_fields(cls, limits, field_names):
        super().validate_fields(limits, field_names)
        if field_names & {'kind', 'start', 'end'}:
            for limit in limits:
                for other in cls.search([
                            ('id', '!=', limit.id),
                            ('kind', '=', limit.kind),
                            ('start', '<=', limit.end),
                            ('end', '>=', limit.start),
                            ], limit=1):
                    raise TaxLimitError(gettext(
                            'tibillet_membership.msg_tax_limit_overlap',
                            limit=limit.rec_name,
                            other=other.rec_name))

    @classmethod
    def get_all(cls):
        "Return kind, first day, last day and limit of each"
        return [
            (l.kind, l.start, l.end, Limit(l.rate, l.ceiling))
            for l in cls.search([])]
