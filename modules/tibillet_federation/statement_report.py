from tibillet_base.whole_report import WholeReport

from trytond.pool import Pool

from .statement_document import StatementDocument
from .statement_export import get_language


class StatementReport(WholeReport):
    __name__ = 'tibillet.convention.statement'

    @classmethod
    def get_context(cls, records, header, data):
        pool = Pool()
        Party = pool.get('party.party')
        Statement = pool.get('tibillet.convention.statement')
        context = super().get_context(records, header, data)
        statement = Statement(int(records[0]))
        statement.check_computed()
        context['set_lang'](get_language(statement))
        reader = cls._get_reader(statement, data)
        context['doc'] = StatementDocument(
            Statement(statement.id), Party(reader) if reader else None)
        return context

    @classmethod
    def _get_reader(cls, statement, data):
        "Return the id of the party to which the statement speaks"
        pool = Pool()
        User = pool.get('res.user')
        parties = {p.party.id for p in statement.convention.parties}
        partner_of = set(User.get_partner_parties())
        if data.get('party') in parties and (
                not partner_of or data['party'] in partner_of):
            return data['party']
        reading = parties & partner_of
        if len(reading) == 1:
            return reading.pop()
