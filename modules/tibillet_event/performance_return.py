"""Close a performance: its return is made, and nothing is sold any more."""
from sql import Null
from tibillet_base.tools import cursor, table

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction

from .exceptions import TariffEarnerError


class Performance(metaclass=PoolMeta):
    __name__ = 'tibillet.performance'

    _reader_buttons = {'make_return'}

    returns = fields.One2Many(
        'tibillet.boxoffice.return', 'performance', "Returns", readonly=True,
        states={
            'invisible': ~Eval('returns', []),
            })
    to_return = fields.Function(fields.Boolean(
            "To Return",
            help="Whether something was sold or given back that is in no "
            "return yet."),
        'get_to_return', searcher='search_to_return')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons['make_return'] = {
            'invisible': (
                ~Eval('to_return', False)
                | Eval('state').in_(['draft', 'postponed'])
                | ((Eval('state') == 'on_sale')
                    & (Eval('company', -1)
                        == Eval('context', {}).get('company', -1)))),
            'depends': ['to_return', 'state', 'company'],
            }

    @classmethod
    def _not_returned(cls, operation):
        "Return the source and the condition of what is in no return"
        linked = table('tibillet.boxoffice.return-tibillet.ticket.operation')
        company = Transaction().context.get('company')
        return operation.join(
            linked, 'LEFT', condition=linked.operation == operation.id), (
                (linked.id == Null) & (operation.company == company))

    @classmethod
    def get_to_return(cls, performances, name):
        operation = table('tibillet.ticket.operation')
        source, where = cls._not_returned(operation)
        found = dict.fromkeys((p.id for p in performances), False)
        statement = cursor()
        statement.execute(*source.select(
                operation.performance,
                where=where & fields.SQL_OPERATORS['in'](
                    operation.performance, list(found)),
                group_by=operation.performance))
        found.update((id_, True) for id_, in statement)
        return found

    @classmethod
    def search_to_return(cls, name, clause):
        operation = table('tibillet.ticket.operation')
        source, where = cls._not_returned(operation)
        _, operator, value = clause
        positive = bool(value) == (operator in {'=', 'in'})
        return [('id', 'in' if positive else 'not in',
                source.select(operation.performance, where=where))]

    @classmethod
    def copy(cls, performances, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('returns', None)
        return super().copy(performances, default=default)

    @classmethod
    @ModelView.button
    def close(cls, performances):
        pool = Pool()
        Return = pool.get('tibillet.boxoffice.return')
        for performance in performances:
            if performance.state == 'on_sale':
                Return.make(performance, performance.event.company)
        super().close(performances)

    @classmethod
    @ModelView.button_action('tibillet_event.act_boxoffice_return_performance')
    def make_return(cls, performances):
        pool = Pool()
        Company = pool.get('company.company')
        Return = pool.get('tibillet.boxoffice.return')
        company = Company(Transaction().context.get('company'))
        for performance in performances:
            Return.make(performance, company)


class Tariff(metaclass=PoolMeta):
    __name__ = 'tibillet.tariff'

    @classmethod
    def check_modification(cls, mode, tariffs, values=None, external=False):
        super().check_modification(
            mode, tariffs, values=values, external=external)
        # The journal does not say who earns a fee: the tariff goes on to.
        if mode == 'write' and 'fee_party' in values:
            cls._check_earner([
                    t for t in tariffs
                    if (t.fee_party.id if t.fee_party else None)
                    != values['fee_party']])

    @classmethod
    def _check_earner(cls, tariffs):
        pool = Pool()
        Operation = pool.get('tibillet.ticket.operation')
        used = Operation.search([
                ('tariff', 'in', [t.id for t in tariffs]),
                ('fee', '!=', 0),
                ], order=[], limit=1)
        if used:
            raise TariffEarnerError(gettext(
                    'tibillet_event.msg_tariff_earner',
                    tariff=used[0].tariff.rec_name))
