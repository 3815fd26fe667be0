"""What can be downloaded: the data of a statement, the ledger, evidence."""
import io
import json
import os.path
import zipfile

from tibillet_base.spreadsheet import write

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.report import Report
from trytond.tools import slugify
from trytond.transaction import Transaction, without_check_access

from tibillet import chain

from .payslip import get_payers
from .statement_document import get_content
from .statement_export import PEOPLE, get_language
from .statement_table import get_csv, get_name
from .statement_text import get_due_lines


class Download(Report):
    """A file made here, without template, of one record

    A class method make(record) returns its extension and its content.
    """

    @classmethod
    def _execute(cls, records, header, data, action):
        pool = Pool()
        Model = pool.get(action.model)
        record = Model(int(records[0]))
        # The record was checked to be read; a partner may read all that
        # belongs to it, but not the models around it.
        with without_check_access():
            return cls.make(record)


class StatementCSV(Download):
    __name__ = 'tibillet.convention.statement.csv'

    @classmethod
    def make(cls, statement):
        statement.check_computed()
        pool = Pool()
        Statement = pool.get('tibillet.convention.statement')
        with Transaction().set_context(language=get_language(statement)):
            record = Statement(statement.id)
            # Its numbers are written as those of the content.
            payments = json.loads(chain.canonical(get_due_lines(record)))
            return 'csv', get_csv(get_content(record), payments)


class StatementJSON(Download):
    __name__ = 'tibillet.convention.statement.json'

    @classmethod
    def make(cls, statement):
        statement.check_computed()
        # Of a locked statement, the very bytes the fingerprint is of.
        return 'json', (
            statement.get_kept_content()
            or chain.canonical(get_content(statement)))


class EntriesCSV(Download):
    __name__ = 'tibillet.convention.entry.csv'

    @classmethod
    def make(cls, convention):
        """Return the ledger, which every party of the convention reads

        A partner finds its own entries first, and the others after them.
        """
        pool = Pool()
        Entry = pool.get('tibillet.convention.entry')
        Party = pool.get('party.party')
        User = pool.get('res.user')
        names = [
            'date', 'type', 'description', 'contributor', 'amount',
            'statement']
        header = [get_name('entry', name) for name in names]
        header.insert(4, get_name('service', 'operator'))
        entries = Entry.search([('convention', '=', convention.id)])
        if not entries:
            return 'csv', write([header, [gettext(
                            'tibillet_federation.msg_ledger_empty',
                            convention=convention.rec_name)]])
        parties = set(Party.browse(User.get_partner_parties()))
        if not parties:
            return 'csv', write([header, *map(cls._get_row, entries)])
        own = [e for e in entries if parties & cls._get_parties(e)]
        rows = [[gettext('tibillet_federation.msg_ledger_own'), *header]]
        if not own:
            rows.append([gettext(
                        'tibillet_federation.msg_ledger_none_own',
                        parties=', '.join(
                            sorted(p.rec_name for p in parties)))])
        others = [e for e in entries if not parties & cls._get_parties(e)]
        for answer, found in [('yes', own), ('no', others)]:
            said = gettext(f'tibillet_federation.msg_ledger_{answer}')
            rows += [[said, *cls._get_row(e)] for e in found]
        return 'csv', write(rows)

    @classmethod
    def _get_operator(cls, entry):
        "Return the operator that gives what the entry recoups, if any"
        pool = Pool()
        Service = pool.get('tibillet.convention.service')
        if isinstance(entry.origin, Service):
            return entry.origin.operator

    @classmethod
    def _get_parties(cls, entry):
        "Return who put in what the entry counts, and who gives it back"
        return {entry.contributor, cls._get_operator(entry)}

    @classmethod
    def _get_row(cls, entry):
        operator = cls._get_operator(entry)
        return [
            entry.date, entry.type_string, entry.description,
            entry.contributor.rec_name,
            operator.rec_name if operator else None, entry.amount,
            entry.statement.rec_name if entry.statement else None]


class EvidenceArchive(Download):
    __name__ = 'tibillet.convention.evidence'

    @classmethod
    def make(cls, convention):
        "Return an archive of the documents, with the list of what they prove"
        rows = [[
                get_name('contribution', 'description'),
                get_name('service.human_cost', 'payer'),
                get_name('contribution', 'date'),
                get_name('contribution', 'amount'),
                get_name('contribution', 'evidence_reference'),
                get_name('contribution', 'evidence_file')]]
        output = io.BytesIO()
        with zipfile.ZipFile(
                output, 'w', compression=zipfile.ZIP_DEFLATED) as archive:
            files = {}
            for record, owner, date, amount in cls._get_proved(convention):
                name = None
                file = record.evidence_file
                if file and file.data:
                    name = files.get(file)
                    if not name:
                        name = _get_file_name(file)
                        files[file] = name
                        archive.writestr(name, file.data)
                rows.append([
                        record.rec_name, owner.rec_name, date,
                        convention.currency.round(amount),
                        record.evidence_name if record.has_evidence else None,
                        name])
            archive.writestr(
                slugify(gettext(
                        'tibillet_federation.msg_evidence_list')) + '.csv',
                write(rows))
        return 'zip', output.getvalue()

    @classmethod
    def _get_proved(cls, convention):
        """Return (record, who paid, date, amount) of what has evidence

        What proves the pay of a person is for who pays it.
        """
        pool = Pool()
        CommonCost = pool.get('tibillet.convention.service.common_cost')
        Cost = pool.get('tibillet.convention.cost')
        HumanCost = pool.get('tibillet.convention.service.human_cost')
        found = [
            (c, c.contributor, c.date, c.gross)
            for c in convention.contributions]
        domain = [
            ('service.convention', '=', convention.id),
            ('service.state', '!=', 'cancelled'),
            ]
        costs = CommonCost.search(domain)
        payers = get_payers(convention)
        costs += HumanCost.search([*domain, ('payer', 'in', list(payers))])
        found += [(c, c.payer, c.service.date, c.amount) for c in costs]
        found += [
            (c, c.payer, c.date, c.amount)
            for c in Cost.search([('convention', '=', convention.id)])
            if c.nature not in PEOPLE or c.payer.id in payers]
        return found


def _get_file_name(attachment):
    name, extension = os.path.splitext(attachment.name)
    return f'{attachment.id}-{slugify(name)}{extension}'
