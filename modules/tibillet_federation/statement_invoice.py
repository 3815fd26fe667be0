"""A locked statement is invoiced, and settled once all is paid."""
from trytond.i18n import gettext
from trytond.model import ModelView, Workflow, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval

from .exceptions import StatementBooksWarning, StatementInvoiceError
from .invoice import (
    follow, get_forgotten, get_invoices, get_without_books, is_invoiced)
from .statement_debt import get_debts


class Statement(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.statement'

    invoices = fields.Function(
        fields.Many2Many('account.invoice', None, None, "Invoices"),
        'get_invoices')
    followed_invoices = fields.Function(
        fields.Many2Many(
            'account.invoice', None, None, "Invoices",
            help="Those in the books that you follow."),
        'get_followed')
    # What each field shows to who does not follow all the books.
    _followed = {'followed_invoices': 'invoices'}

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._transitions |= {
            ('locked', 'invoiced'),
            ('invoiced', 'invoiced'),
            ('invoiced', 'settled'),
            ('settled', 'invoiced'),
            }
        cls._buttons.update({
                'invoice': {
                    'invisible': ~Eval('state').in_(['locked', 'invoiced']),
                    'icon': 'tryton-forward',
                    'depends': ['state'],
                    },
                'settle': {
                    'invisible': Eval('state') != 'invoiced',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def get_invoices(cls, statements, name):
        invoices = {s.id: set() for s in statements}
        origins = {
            str(a): s.id for s in statements for l in s.lines
            for a in l.allocations}
        # Invoice lines, then what credits them.
        for id, line in follow(origins):
            invoices[id].add(line.invoice.id)
        return {id: sorted(found) for id, found in invoices.items()}

    @classmethod
    def get_followed(cls, statements, name):
        "Return the records in the books of the companies that one follows"
        pool = Pool()
        User = pool.get('res.user')
        companies = set(User.get_companies())
        return {
            s.id: [
                r.id for r in getattr(s, cls._followed[name])
                if r.company.id in companies]
            for s in statements}

    @classmethod
    @ModelView.button
    @Workflow.transition('invoiced')
    def invoice(cls, statements):
        pool = Pool()
        Convention = pool.get('tibillet.convention')
        Invoice = pool.get('account.invoice')
        for statement in statements:
            statement._check_books()
        # Nothing is written of one already invoiced, yet two clicks at once
        # make the invoices that are missing once.
        Convention.take_turn({s.convention for s in statements})
        invoices = []
        for statement in statements:
            made = get_invoices(statement)
            if not made:
                statement._check_due()
            invoices += made
        Invoice.save(invoices)
        Invoice.update_taxes(invoices)

    def _check_books(self):
        "Refuse to forget an invoice, ask when none is to be made"
        pool = Pool()
        Warning = pool.get('res.user.warning')
        names = {
            'statement': self.rec_name,
            'convention': self.convention.rec_name,
            }
        forgotten = get_forgotten(self)
        if forgotten:
            raise StatementInvoiceError(gettext(
                    'tibillet_federation.msg_statement_company_missing',
                    companies=', '.join(
                        sorted(c.rec_name for c in forgotten)),
                    **names))
        key = f'statement_no_books.{self.id}'
        without = get_without_books(self)
        if without and self.state == 'locked' and Warning.check(key):
            raise StatementBooksWarning(key, gettext(
                    'tibillet_federation.msg_statement_no_books',
                    flows=', '.join(
                        f'{p.rec_name} → {b.rec_name}' for p, b in without),
                    **names))

    def _check_due(self):
        "Refuse to invoice what waits for the customers"
        waiting = [d for d in get_debts(self) if d.waits]
        if waiting and not is_invoiced(self):
            raise StatementInvoiceError(gettext(
                    'tibillet_federation.msg_statement_nothing_due',
                    statement=self.rec_name))

    @classmethod
    @ModelView.button
    @Workflow.transition('settled')
    def settle(cls, statements):
        pool = Pool()
        Service = pool.get('tibillet.convention.service')
        for statement in statements:
            if not is_invoiced(statement):
                raise StatementInvoiceError(gettext(
                        'tibillet_federation.msg_statement_not_invoiced',
                        statement=statement.rec_name))
            unpaid = [
                i for i in statement.invoices
                if i.state not in {'paid', 'cancelled'}]
            if unpaid:
                raise StatementInvoiceError(gettext(
                        'tibillet_federation.msg_statement_unpaid',
                        statement=statement.rec_name,
                        invoices=', '.join(i.rec_name for i in unpaid)))
        Service.settle(cls._get_services(statements))

    @classmethod
    @Workflow.transition('invoiced')
    def unsettle(cls, statements):
        pool = Pool()
        Service = pool.get('tibillet.convention.service')
        Service.reopen(cls._get_services(
                [s for s in statements if s.state == 'settled']))

    @classmethod
    def follow_payments(cls, statements):
        "Settle the statements whose invoices are all paid"
        paid, unpaid = [], []
        for statement in statements:
            live = [i for i in statement.invoices if i.state != 'cancelled']
            if not (live and all(i.state == 'paid' for i in live)
                    and is_invoiced(statement)):
                unpaid.append(statement)
            # Of what nobody invoices here, people say that it is paid.
            elif not get_without_books(statement):
                paid.append(statement)
        cls.settle([s for s in paid if s.state == 'invoiced'])
        cls.unsettle([s for s in unpaid if s.state == 'settled'])

    @classmethod
    def _get_services(cls, statements):
        return list(dict.fromkeys(
                l.service for s in statements for l in s.lines
                if l.kind == 'service'))
