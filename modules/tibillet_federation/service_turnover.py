from collections import defaultdict
from decimal import Decimal

from tibillet_base.problem import ProblemMixin

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pyson import Bool, Eval, If

from .exceptions import ServiceValidationError
from .invoice import POSTED, get_credits
from .service_line import ServiceLineMixin
from .statement_paid import get_paid_rates

ZERO = Decimal(0)


def _is_part(amount, whole):
    "Return if the amount is between nothing and the whole, of any sign"
    return min(whole, 0) <= amount <= max(whole, 0)


class Turnover(ServiceLineMixin, ProblemMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.convention.service.turnover'
    __string__ = "Convention Service Turnover"
    _problem_error = ServiceValidationError
    _problem_message = 'tibillet_federation.msg_turnover'

    _free_fields = {'received', 'invoice_line'}

    description = fields.Char("Description", required=True)
    nature = fields.Selection([
            ('service', "Service"),
            ('equipment', "Equipment Charged to the Customer"),
            ('rights', "Rights and Levies"),
            ('other', "Other"),
            ], "Nature", required=True, sort=False,
        help="The clauses may deduct some natures from the base.")
    amount = Monetary(
        "Amount", currency='currency', digits='currency', required=True,
        help="Excluding tax. Negative for a credit note.")
    operator = fields.Function(
        fields.Many2One('party.party', "Operator"),
        'on_change_with_operator')
    invoice_line = fields.Many2One(
        'account.invoice.line', "Invoice Line", ondelete='RESTRICT',
        domain=[
            ('invoice.type', '=', 'out'),
            ('invoice.state', '!=', 'cancelled'),
            ('invoice.company.party', '=', Eval('operator', -1)),
            ('type', '=', 'line'),
            If(Eval('currency'),
                ('invoice.currency', '=', Eval('currency', -1)),
                ()),
            ],
        help="The line of the customer invoice, "
        "when the operator keeps its books here.")
    included = fields.Boolean(
        "Included",
        help="Uncheck what is invoiced together but is not the service.")
    received = Monetary(
        "Received", currency='currency', digits='currency',
        states={
            'invisible': Bool(Eval('invoice_line')),
            },
        help="What the customer has paid of the amount.\n"
        "Leave empty when it is paid.")
    paid = fields.Function(Monetary(
            "Paid", currency='currency', digits='currency',
            help="What the customer has paid of the amount."),
        'get_paid')

    @classmethod
    def default_nature(cls):
        return 'service'

    @classmethod
    def default_included(cls):
        return True

    @fields.depends('service', '_parent_service.operator')
    def on_change_with_operator(self, name=None):
        return self.service.operator if self.service else None

    @fields.depends('invoice_line', 'description', 'amount')
    def on_change_invoice_line(self):
        if self.invoice_line:
            self.amount = self.invoice_line.amount
            if not self.description:
                self.description = (
                    self.invoice_line.summary
                    or self.invoice_line.invoice.rec_name)

    @classmethod
    def get_paid(cls, lines, name):
        # A set would be read record by record, in no order.
        rates = get_paid_rates(list(dict.fromkeys(
                    l.invoice_line.invoice for l in lines if l.invoice_line)))
        credited = cls._get_credited(dict.fromkeys(l.service for l in lines))
        paid = {}
        for line in lines:
            if line.invoice_line:
                rate, _ = rates[line.invoice_line.invoice.id]
                if (line.amount < 0
                        and line.invoice_line.invoice.state in POSTED):
                    # It stands against what it corrects.
                    rate = 1
                taken_off, corrected = credited.get(line.id, (ZERO, ZERO))
                paid[line.id] = corrected + line.currency.round(
                    (line.amount - taken_off) * rate)
            elif line.received is not None:
                paid[line.id] = line.received
            else:
                paid[line.id] = line.amount
        return paid

    @classmethod
    def _get_credited(cls, services):
        """Return (amount, corrected) of what credit notes take off, by line

        Nobody pays it. corrected: the part of the amount that corrections
        take off beside the line.
        """
        lines = [l for s in services for l in s.turnovers]
        credits = defaultdict(Decimal)
        for invoice_line, credit in get_credits({
                    str(l.invoice_line): l.invoice_line
                    for l in lines if l.invoice_line}):
            credits[invoice_line] -= credit.amount
        corrected = defaultdict(Decimal)
        for line in lines:
            if line.amount < 0:
                corrected[line.service] -= line.amount
        credited = {}
        for line in lines:
            amount = min(credits[line.invoice_line], line.amount)
            if amount <= 0:
                continue
            credits[line.invoice_line] -= amount
            known = min(corrected[line.service], amount)
            corrected[line.service] -= known
            credited[line.id] = amount, known
        return credited

    @classmethod
    def get_in_part(cls, service):
        """Return (invoice line, declared) of what is declared in part

        An invoice line is the turnover of one service.
        """
        declared = defaultdict(Decimal)
        for line in service.turnovers:
            if line.invoice_line:
                declared[line.invoice_line] += line.amount
        return [
            (invoice_line, amount)
            for invoice_line, amount in declared.items()
            if amount != invoice_line.amount]

    def get_rec_name(self, name):
        return self.description

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('description', *clause[1:])]

    @classmethod
    def validate_fields(cls, lines, field_names):
        super().validate_fields(lines, field_names)
        if field_names & {'invoice_line', 'service', 'amount'}:
            cls._check_invoice_lines(lines)

    def _get_problem(self, field_names):
        problem = super()._get_problem(field_names)
        if problem:
            return problem
        if self.invoice_line and not self._accepts(self.invoice_line):
            return 'invoice_line'
        if ({'received', 'amount'} & field_names and not self.invoice_line
                and self.received is not None and not _is_part(
                    self.received, self.amount)):
            return 'received'

    def _accepts(self, invoice_line):
        "Return if it is a line of a customer invoice of the operator"
        invoice = invoice_line.invoice
        return bool(
            invoice and invoice_line.type == 'line'
            and invoice.type == 'out' and invoice.state != 'cancelled'
            and invoice.company.party == self.operator
            and invoice.currency == self.currency)

    def _get_problem_names(self):
        convention = self.service.convention
        return {
            'line': self.rec_name,
            'service': self.service.rec_name,
            'operator': self.operator.rec_name,
            'currency': self.currency.rec_name,
            'amount': convention.format_amount(self.amount),
            'received': convention.format_amount(self.received or Decimal(0)),
            }

    def _check_free(self, values):
        super()._check_free(values)
        # What customers pay is known later, the invoice at last: it is not
        # taken back from what a locked statement shows.
        if ('invoice_line' in values and self.invoice_line
                and values['invoice_line'] != self.invoice_line.id):
            self.service.check_unlocked()

    @classmethod
    def _check_invoice_lines(cls, lines):
        lines = [l for l in lines if l.invoice_line]
        if not lines:
            return
        others = cls.search([
                ('invoice_line', 'in', [l.invoice_line.id for l in lines]),
                ('service.state', '!=', 'cancelled'),
                ])
        services, declared = {}, defaultdict(Decimal)
        for line in others:
            other = services.setdefault(line.invoice_line, line.service)
            if other != line.service:
                raise ServiceValidationError(gettext(
                        'tibillet_federation.msg_turnover_invoice_line_twice',
                        line=line.invoice_line.rec_name,
                        service=line.service.rec_name,
                        other=other.rec_name))
            declared[line.invoice_line] += line.amount
        for line in lines:
            worth = line.invoice_line.amount
            total = declared[line.invoice_line]
            if not _is_part(total, worth):
                convention = line.service.convention
                raise ServiceValidationError(gettext(
                        'tibillet_federation.msg_turnover_amount',
                        line=line.rec_name,
                        service=line.service.rec_name,
                        invoice_line=line.invoice_line.rec_name,
                        total=convention.format_amount(total),
                        amount=convention.format_amount(worth)))
