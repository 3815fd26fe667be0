"""A membership is invoiced, and the invoice that is paid gives its period."""
from decimal import Decimal

from sql import Null
from sql.operators import Equal
from tibillet_base.tools import sliced, today

from trytond.i18n import gettext
from trytond.model import Exclude, dualmethod, fields
from trytond.modules.product import round_price
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval
from trytond.transaction import without_check_access

from .exceptions import (
    MembershipCurrencyError, MembershipInvoiceError, PeriodAccessError)

ZERO = Decimal(0)
# An invoice that is still to be paid.
TO_PAY = ['draft', 'validated', 'posted']


class Membership(metaclass=PoolMeta):
    __name__ = 'tibillet.membership'

    @dualmethod
    def pay(cls, memberships, paid_on, amount=None, currency=None):
        cls.take_turn(memberships)
        cls.leave_invoices(memberships)
        return super().pay(memberships, paid_on, amount, currency)

    @classmethod
    def get_invoices(cls, memberships):
        "Return the invoice to pay of each membership that has one"
        pool = Pool()
        Line = pool.get('account.invoice.line')
        invoices = {}
        for some in sliced(memberships):
            for line in Line.search([
                        ('origin', 'in', [str(m) for m in some]),
                        ('invoice.state', 'in', TO_PAY),
                        ], order=[('id', 'ASC')]):
                invoices[line.origin.id] = line.invoice
        return invoices

    @classmethod
    def leave_invoices(cls, memberships):
        """Cancel the draft invoices of memberships that are paid elsewhere

        Nobody pays twice: what is posted must be credited, or paid.
        """
        pool = Pool()
        Invoice = pool.get('account.invoice')
        with without_check_access():
            invoices = cls.get_invoices(memberships)
            for membership in memberships:
                invoice = invoices.get(membership.id)
                if invoice and (invoice.state != 'draft'
                        or len(invoice.lines) > 1):
                    raise MembershipInvoiceError(gettext(
                            'tibillet_membership.msg_membership_invoice',
                            membership=membership.rec_name,
                            invoice=invoice.rec_name))
            Invoice.cancel(list(invoices.values()))

    def get_invoice(self, amount):
        "Return a draft invoice, not saved, of an amount with its taxes"
        pool = Pool()
        Invoice = pool.get('account.invoice')
        invoice = Invoice(
            company=self.company,
            type='out',
            party=self.party,
            currency=self.company.currency)
        invoice.on_change_type()
        invoice.lines = [self._get_invoice_line(invoice, amount)]
        return invoice

    def _get_invoice_line(self, invoice, amount):
        pool = Pool()
        Line = pool.get('account.invoice.line')
        Tax = pool.get('account.tax')
        plan = self.plan
        plan.check_product()
        line = Line(
            invoice=invoice,
            company=invoice.company,
            currency=invoice.currency,
            type='line',
            product=plan.product,
            description=f'{plan.rec_name}, {self.number}',
            quantity=1,
            origin=self)
        line.on_change_product()
        date = today(self.company)
        line.unit_price = round_price(
            Tax.reverse_compute(amount, line.taxes, date))
        # Missing, it is said now and not when a bank pays.
        plan.get_deferred_account(
            None if plan.duration_unit == 'life' else date,
            getattr(line, 'account', None))
        return line


class Invoice(metaclass=PoolMeta):
    __name__ = 'account.invoice'

    @classmethod
    def _post(cls, invoices):
        super()._post(invoices)
        cls._settle_memberships(invoices)

    @classmethod
    def paid(cls, invoices):
        super().paid(invoices)
        cls._settle_memberships(invoices)

    @classmethod
    def _settle_memberships(cls, invoices):
        """Give their periods to the memberships that invoices have paid

        A line gives one period, as long as its invoice is paid and nothing
        is credited of it, however often it is told.
        """
        pool = Pool()
        Line = pool.get('account.invoice.line')
        # A line of a credit note comes from the line that it takes back.
        lines = {
            line.origin if isinstance(line.origin, Line) else line
            for invoice in invoices for line in invoice.lines}
        with without_check_access():
            Line.settle_memberships(sorted(
                    (l for l in lines if l.membership), key=lambda l: l.id))


class InvoiceLine(metaclass=PoolMeta):
    __name__ = 'account.invoice.line'

    @classmethod
    def _get_origin(cls):
        return super()._get_origin() + ['tibillet.membership']

    @property
    def membership(self):
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        return self.origin if isinstance(self.origin, Membership) else None

    @classmethod
    def validate_fields(cls, lines, field_names):
        super().validate_fields(lines, field_names)
        if field_names & {'origin', 'invoice', 'currency', 'quantity'}:
            for line in lines:
                line._check_membership()

    def _check_membership(self):
        membership = self.membership
        if not membership:
            return
        if self.currency != membership.plan.currency:
            raise MembershipCurrencyError(gettext(
                    'tibillet_membership.msg_membership_pay_currency',
                    membership=membership.rec_name,
                    currency=membership.plan.currency.rec_name,
                    other=self.currency.rec_name))
        if self.quantity != 1 or self.company != membership.company:
            raise MembershipInvoiceError(gettext(
                    'tibillet_membership.msg_membership_invoice_line',
                    membership=membership.rec_name,
                    company=membership.company.rec_name))

    @property
    def membership_amount(self):
        "The amount with its taxes"
        pool = Pool()
        Tax = pool.get('account.tax')
        date = self.invoice.invoice_date or today(self.company)
        taxes = Tax.compute(
            self.taxes, self.unit_price, self.quantity, date)
        return self.currency.round(
            self.amount + sum((t['amount'] for t in taxes), ZERO))

    @classmethod
    def settle_memberships(cls, lines):
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        Period = pool.get('tibillet.membership.period')
        if not lines:
            return
        Membership.take_turn({line.membership for line in lines})
        credited = cls._get_credited(lines)
        periods = {}
        for some in sliced(lines):
            for period in Period.search([
                        ('invoice_line', 'in', [l.id for l in some]),
                        ('cancelled_on', '=', None),
                        ]):
                periods[period.invoice_line] = period
        to_save, to_pay = [], []
        for line in lines:
            is_paid = line.invoice.state == 'paid' and line not in credited
            period = periods.get(line)
            if is_paid and not period:
                to_pay.append(line)
            elif period and not is_paid:
                Period.write([period], {
                        'cancelled_on': max(
                            today(period.company), period.paid_on),
                        })
        for line in to_pay:
            if any(p.membership == line.membership for p in to_save):
                # The second follows on from the first.
                Period.save(to_save)
                to_save = []
            to_save.append(line._get_period())
        Period.save(to_save)

    @classmethod
    def _get_credited(cls, lines):
        "Return the lines that a posted credit note takes back"
        credited = set()
        for some in sliced(lines):
            for line in cls.search([
                        ('origin', 'in', [str(l) for l in some]),
                        ('invoice.state', 'in', ['posted', 'paid']),
                        ]):
                credited.add(line.origin)
        return credited

    def _get_period(self):
        "Return the period, not saved, that the line has paid"
        membership = self.membership
        period = membership.get_invoiced_period(
            max(self.invoice.reconciled or today(self.company),
                membership.since),
            self.membership_amount)
        period.invoice_line = self
        period.base = self.amount
        period.revenue_account = self.account
        if membership.plan.is_deferred(period.end):
            period.deferred_account = membership.plan.find_deferred_account()
            period.as_revenue = bool(period.deferred_account)
        return period


class Period(metaclass=PoolMeta):
    __name__ = 'tibillet.membership.period'

    invoice_line = fields.Many2One(
        'account.invoice.line', "Invoice Line", readonly=True,
        ondelete='RESTRICT')
    invoice = fields.Function(fields.Many2One(
            'account.invoice', "Invoice",
            states={
                'invisible': ~Eval('invoice_line'),
                }),
        'on_change_with_invoice')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._paid_fields |= {'invoice_line'}
        table = cls.__table__()
        cls._sql_constraints += [
            ('invoice_line_exclude',
                Exclude(
                    table, (table.invoice_line, Equal),
                    where=table.cancelled_on == Null),
                'tibillet_membership.msg_period_invoice_line_unique'),
            ]
        cls._buttons['cancel']['invisible'] |= Bool(Eval('invoice_line'))
        cls._buttons['cancel']['depends'].append('invoice_line')

    @fields.depends('invoice_line', '_parent_invoice_line.invoice')
    def on_change_with_invoice(self, name=None):
        return self.invoice_line.invoice if self.invoice_line else None

    @classmethod
    def check_modification(cls, mode, periods, values=None, external=False):
        super().check_modification(
            mode, periods, values=values, external=external)
        # Only the invoice tells what it has paid.
        if mode == 'create' and external:
            for period in periods:
                if period.invoice_line:
                    raise PeriodAccessError(gettext(
                            'tibillet_membership.msg_period_immutable',
                            period=period.rec_name))

    @classmethod
    def cancel_on(cls, periods, date):
        for period in periods:
            if period.invoice_line and not period.cancelled_on:
                raise PeriodAccessError(gettext(
                        'tibillet_membership.msg_period_cancel_invoiced',
                        period=period.rec_name,
                        invoice=period.invoice.rec_name))
        super().cancel_on(periods, date)
