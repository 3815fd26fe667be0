"""The statement of what is owed to an organiser, by performance."""
from decimal import Decimal
from itertools import groupby

from tibillet_base.tools import today
from tibillet_base.whole_report import WholeReport

from trytond.pool import Pool

ZERO = Decimal(0)


class OwedReport(WholeReport):
    "A page for each party that something is owed to"
    __name__ = 'tibillet.boxoffice.owed'

    @classmethod
    def get_context(cls, records, header, data):
        pool = Pool()
        Owed = pool.get('tibillet.boxoffice.owed')
        context = super().get_context(records, header, data)
        dues = sorted(
            Owed.browse([int(r) for r in records]), key=lambda due: (
                due.company.id, due.party.id, due.boxoffice_return.starts_at,
                due.boxoffice_return.number))
        context['statements'] = [
            _get_statement(company, party, list(some))
            for (company, party), some in groupby(
                dues, key=lambda due: (due.company, due.party))]
        context['today'] = today(dues[0].company)
        return context


def _get_statement(company, party, dues):
    return {
        'company': company,
        'currency': company.currency,
        'party': party,
        'address': party.address_get(),
        'dues': dues,
        'kept': sum((due.kept or ZERO for due in dues), ZERO),
        'payments': sorted((
                p for due in dues for p in due.payments if not p.cancelled),
            key=lambda p: p.date),
        **{name: sum((getattr(due, name) for due in dues), ZERO)
            for name in ['sold', 'refunded', 'amount', 'paid', 'to_pay']},
        }
