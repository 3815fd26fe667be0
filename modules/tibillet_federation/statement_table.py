"""The content of a statement as a CSV that a spreadsheet opens.

One file, one block after the other, each with its title and its columns.
"""
from tibillet_base.spreadsheet import write

from trytond.i18n import gettext
from trytond.pool import Pool

# Title, where the rows are, and the (column, model, field that names it).
LINE, SERVICE = 'statement.line', 'service'
BLOCKS = [
    ('services', ['lines'], [
            ('number', SERVICE, 'number'),
            ('date', LINE, 'date'),
            ('event', SERVICE, 'event_name'),
            ('operator', SERVICE, 'operator'),
            ('kind', LINE, 'kind'),
            ('clauses', LINE, 'version'),
            ('turnover', LINE, 'turnover'),
            ('excluded', LINE, 'excluded'),
            ('base', LINE, 'base'),
            ('phase', LINE, 'phase'),
            ('opening_remaining', LINE, 'opening_remaining'),
            ('alpha', LINE, 'alpha'),
            ('recouped', LINE, 'recouped'),
            ('tiers', LINE, 'tiers'),
            ('local', LINE, 'local'),
            ('destinations', LINE, 'destinations'),
            ('share', LINE, 'share'),
            ('effective_rate', LINE, 'effective_rate'),
            ('reimbursed', LINE, 'reimbursed'),
            ('retained', LINE, 'retained'),
            ('payable', LINE, 'payable'),
            ('closing_remaining', LINE, 'closing_remaining'),
            ('rule', LINE, 'explanation'),
            ]),
    ('settlement', ['settlement'], [
            ('payer', 'allocation', 'payer'),
            ('beneficiary', 'allocation', 'beneficiary'),
            ('mode', 'allocation', 'mode'),
            ('amount', 'allocation', 'amount'),
            ]),
    ('contributors', ['pot', 'contributors'], [
            ('name', 'entry', 'contributor'),
            ('contributed', 'party', 'contributed'),
            ('opening_remaining', 'statement', 'opening_remaining'),
            ('recouped', 'statement', 'recouped'),
            ('remaining', 'statement', 'closing_remaining'),
            ('declared', 'party', 'declared_total'),
            ('gap', 'party', 'gap'),
            ]),
    ('ledger', ['ledger'], [
            ('date', 'entry', 'date'),
            ('type', 'entry', 'type'),
            ('description', 'entry', 'description'),
            ('contributor', 'entry', 'contributor'),
            ('amount', 'entry', 'amount'),
            ('remaining', 'statement', 'closing_remaining'),
            ]),
    ('contributions', ['contributions'], [
            ('contributor', 'contribution', 'contributor'),
            ('date', 'contribution', 'date'),
            ('description', 'contribution', 'description'),
            ('nature', 'contribution', 'nature'),
            ('quantity', 'contribution', 'quantity'),
            ('unit_cost', 'contribution', 'unit_cost'),
            ('gross', 'contribution', 'gross'),
            ('net', 'contribution', 'net'),
            ('evidence', 'contribution', 'evidence_reference'),
            ('state', 'contribution', 'state'),
            ]),
    ('costs', ['costs', 'lines'], [
            ('payer', 'service.human_cost', 'payer'),
            ('date', 'service', 'date'),
            ('service', 'service.human_cost', 'service'),
            ('nature', 'cost', 'nature'),
            ('people', 'cost', 'people'),
            ('days', 'service.human_cost', 'days'),
            ('amount', 'service.human_cost', 'amount'),
            ('recovered_through', 'service.human_cost', 'recovered_through'),
            ('evidence', 'service.human_cost', 'evidence_reference'),
            ]),
    ('disputes', ['disputes'], [
            ('service', 'statement.dispute', 'service'),
            ('party', 'statement.dispute', 'party'),
            ('date', 'statement.dispute', 'opened_on'),
            ('text', 'statement.dispute', 'text'),
            ('answer', 'statement.dispute', 'answer_text'),
            ]),
    ]


def get_csv(content):
    "Return the CSV of the content of a statement, as its JSON gives it"
    rows = [[
            gettext(
                'tibillet_federation.msg_statement_print_title',
                number=content['number']),
            content['convention']['name'],
            content['start_date'], content['end_date']]]
    for title, path, columns in BLOCKS:
        records = content
        for name in path:
            records = records[name]
        rows += [[], [gettext(
                    f'tibillet_federation.msg_statement_table_{title}')]]
        rows.append([get_name(model, name) for _, model, name in columns])
        labels = {
            column: get_labels(model, name)
            for column, model, name in columns}
        rows += [[
                labels[column].get(record.get(column), record.get(column))
                for column, _, _ in columns]
            for record in records]
    return write(rows)


def _get_definition(model, name):
    pool = Pool()
    Model = pool.get(f'tibillet.convention.{model}')
    return Model.fields_get([name])[name]


def get_name(model, name):
    "Return the name of a field in the language of the reader"
    return _get_definition(model, name)['string']


def get_labels(model, name):
    "Return the labels of a selection, by value; none for another field"
    definition = _get_definition(model, name)
    if definition['type'] == 'selection':
        return dict(definition['selection'])
    return {}
