"The invoices that a printed statement shows, made after what it holds"
from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import without_check_access


def say(name, **values):
    return gettext(f'tibillet_federation.msg_statement_print_{name}', **values)


def _get_name(invoice):
    "Return the number, or the reference of one received: never the id"
    return invoice.number or invoice.reference or '–'


class InvoicesMixin:
    "A document that shows the invoices of its statement"

    @property
    def invoices(self):
        "Return the invoices made since, which the content does not hold"
        return [i for i in self.statement.invoices if i.state != 'cancelled']

    def invoice_name(self, invoice):
        "Return the number of an invoice, and what it credits"
        credited = invoice.credited_invoices
        if not credited:
            return _get_name(invoice)
        return say(
            'credits', invoice=_get_name(invoice), credited=credited)

    @without_check_access
    def vat_rates(self, invoice):
        "Return the rates of the taxes of an invoice, in words"
        pool = Pool()
        Invoice = pool.get('account.invoice')
        rates = {
            t.tax.rate for t in Invoice(invoice.id).taxes
            if t.tax and t.tax.rate is not None}
        return ', '.join(map(self.percentage, sorted(rates))) or '–'

    def invoice_state(self, invoice):
        pool = Pool()
        Invoice = pool.get('account.invoice')
        return dict(
            Invoice.fields_get(['state'])['state']['selection'])[
                invoice.state]
