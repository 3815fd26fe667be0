from trytond.pool import Pool
from trytond.report import Report
from trytond.transaction import Transaction

from .clauses_document import ClausesDocument


class ClausesReport(Report):
    __name__ = 'tibillet.convention.clauses'

    @classmethod
    def get_context(cls, records, header, data):
        pool = Pool()
        Version = pool.get('tibillet.convention.version')
        context = super().get_context(records, header, data)
        ids = cls._get_versions(records)
        # The language of the administering company, French without any.
        language = 'fr'
        for version in Version.browse(ids):
            company = version.convention.company
            if company.party.lang:
                language = company.party.lang.code
        context['set_lang'](language)
        with Transaction().set_context(language=language):
            context['documents'] = [
                ClausesDocument(v) for v in Version.browse(ids)]
        return context

    @classmethod
    def _get_versions(cls, records):
        "Return the ids of the versions to print for versions or conventions"
        pool = Pool()
        Convention = pool.get('tibillet.convention')
        ids = []
        for record in records:
            if not issubclass(record.__class__, Convention):
                ids.append(int(record))
                continue
            version = record.current_version or record.last_version
            if version:
                ids.append(version.id)
        return ids
