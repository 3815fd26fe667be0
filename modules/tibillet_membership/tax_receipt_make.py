"""The wizards that make and cancel tax receipts."""
from tibillet_base import reach, tools

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Bool, Eval, PYSONEncoder
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import (
    Button, StateAction, StateTransition, StateView, Wizard)

from . import tax_receipt_making
from .exceptions import TaxReceiptError
from .gift import MODES

FIRST_YEAR = 2000


class TaxReceiptMakeStart(ModelView):
    __name__ = 'tibillet.tax.receipt.make.start'
    __string__ = "Tax Receipt Make Start"

    company = fields.Many2One(
        'company.company', "Company", states={'readonly': True})
    currency = fields.Many2One(
        'currency.currency', "Currency", states={'readonly': True})
    year = fields.Integer(
        "Year of the Gifts", required=True,
        domain=[
            ('year', '>=', FIRST_YEAR),
            ('year', '<=', 2199),
            ])
    mode = fields.Selection(
        [(None, ""), *MODES], "Payments Recorded by Hand Came by",
        required=True, sort=False,
        help="Of memberships; tills and gifts know it themselves.")
    parties = fields.Many2Many(
        'party.party', None, None, "Only These Donors",
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})


class TaxReceiptMakeShow(ModelView):
    __name__ = 'tibillet.tax.receipt.make.show'
    __string__ = "Tax Receipt Make Show"

    currency = fields.Many2One(
        'currency.currency', "Currency", states={'readonly': True})
    count = fields.Integer("Receipts to Make", states={'readonly': True})
    amount = Monetary(
        "Amount", currency='currency', digits='currency',
        states={'readonly': True})
    left = fields.One2Many(
        'tibillet.tax.receipt.make.line', None, "Left Out",
        states={
            'readonly': True,
            'invisible': ~Eval('left'),
            })


class TaxReceiptMakeLine(ModelView):
    __name__ = 'tibillet.tax.receipt.make.line'
    __string__ = "Tax Receipt Make Line"

    party = fields.Many2One('party.party', "Donor", readonly=True)
    date = fields.Date("Date", readonly=True)
    currency = fields.Many2One(
        'currency.currency', "Currency", readonly=True)
    amount = Monetary(
        "Amount", currency='currency', digits='currency', readonly=True)
    reason = fields.Char("Why", readonly=True)


class TaxReceiptMake(Wizard):
    "Make the receipts of a year, once it is shown what is left out"
    __name__ = 'tibillet.tax.receipt.make'

    start = StateView(
        'tibillet.tax.receipt.make.start',
        'tibillet_membership.tax_receipt_make_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Continue", 'show', 'tryton-forward', default=True),
            ])
    show = StateView(
        'tibillet.tax.receipt.make.show',
        'tibillet_membership.tax_receipt_make_show_view_form', [
            Button("Back", 'start', 'tryton-back'),
            Button("Close", 'end', 'tryton-cancel'),
            Button("Make the Receipts", 'make', 'tryton-ok', default=True,
                states={
                    'readonly': ~Bool(Eval('count', 0)),
                    }),
            ])
    make = StateAction('tibillet_membership.act_tax_receipt')

    def _get_chosen(self):
        "Return the company, the year, the mode and the donors that are asked"
        pool = Pool()
        Company = pool.get('company.company')
        start = self.start
        company = start.company or Company(Transaction().context['company'])
        reach.check_companies({Company.__name__: {company.id}})
        if not start.year or not FIRST_YEAR <= start.year <= tools.today(
                company).year:
            raise TaxReceiptError(gettext(
                    'tibillet_membership.msg_tax_receipt_year',
                    year=start.year or ''))
        if start.mode not in dict(MODES):
            raise TaxReceiptError(gettext(
                    'tibillet_membership.msg_tax_receipt_mode'))
        return company, start.year, start.mode, list(start.parties or [])

    def default_start(self, fields):
        pool = Pool()
        Company = pool.get('company.company')
        Party = pool.get('party.party')
        company = Company(Transaction().context['company'])
        values = {
            'company': company.id,
            'currency': company.currency.id,
            'year': tools.today(company).year - 1,
            }
        if self.model == Party:
            values['parties'] = [p.id for p in self.records]
        for name in ['year', 'mode']:
            if value := getattr(self.start, name, None):
                values[name] = value
        return values

    def default_show(self, fields):
        chosen = self._get_chosen()
        with without_check_access():
            candidates = tax_receipt_making.Candidates(*chosen)
            company, *_ = chosen
            return {
                'currency': company.currency.id,
                'count': len(candidates.get_groups()),
                'amount': candidates.get_amount(),
                'left': [{
                        'party': payment.party.id,
                        'date': payment.date,
                        'currency': company.currency.id,
                        'amount': payment.amount,
                        'reason': gettext(
                            f'tibillet_membership.msg_tax_receipt_{reason}'),
                        } for payment, reason in candidates.left],
                }

    def do_make(self, action):
        chosen = self._get_chosen()
        with without_check_access():
            receipts, _ = tax_receipt_making.make(*chosen)
        action['pyson_domain'] = PYSONEncoder().encode(
            [('id', 'in', [r.id for r in receipts])])
        return action, {}


class TaxReceiptCancelStart(ModelView):
    __name__ = 'tibillet.tax.receipt.cancel.start'
    __string__ = "Tax Receipt Cancel Start"

    reason = fields.Char("Reason", required=True)


class TaxReceiptCancel(Wizard):
    __name__ = 'tibillet.tax.receipt.cancel'

    start = StateView(
        'tibillet.tax.receipt.cancel.start',
        'tibillet_membership.tax_receipt_cancel_start_view_form', [
            Button("Keep", 'end', 'tryton-back'),
            Button("Cancel the Receipts", 'cancel', 'tryton-ok',
                default=True),
            ])
    cancel = StateTransition()

    def transition_cancel(self):
        pool = Pool()
        Company = pool.get('company.company')
        reason = (self.start.reason or '').strip()
        if not reason:
            raise TaxReceiptError(gettext(
                    'tibillet_membership.msg_tax_receipt_reason'))
        reach.check_companies({
                Company.__name__: {r.company.id for r in self.records}})
        with without_check_access():
            tax_receipt_making.cancel(self.records, reason)
        return 'end'

    def end(self):
        return 'reload'
