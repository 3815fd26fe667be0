from trytond.pool import Pool
from trytond.report import Report

from tibillet import chain

from .clauses_document import ClausesDocument
from .clauses_export import get_data
from .statement_download import Download


class ClausesReport(Report):
    __name__ = 'tibillet.convention.clauses'

    @classmethod
    def get_context(cls, records, header, data):
        pool = Pool()
        Version = pool.get('tibillet.convention.version')
        context = super().get_context(records, header, data)
        documents = [
            ClausesDocument(v)
            for v in Version.browse(cls._get_versions(records))]
        if documents:
            # What was adopted is in the language of that day, all of the
            # headings in that of the first.
            context['set_lang'](documents[0].language)
        context['documents'] = documents
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


class ClausesJSON(Download):
    __name__ = 'tibillet.convention.clauses.json'

    @classmethod
    def make(cls, version):
        # Of what was adopted, the very bytes the fingerprint is of.
        return 'json', (
            version.get_kept_content()
            or chain.canonical(get_data(version)))
