"""The content of a statement as a CSV that a spreadsheet opens.

One file, one block after the other, each with its title and its columns.
"""
from tibillet_base.spreadsheet import write

from trytond.i18n import gettext
from trytond.pool import Pool

# Title, where the rows are, and the (column, model, field that names it); or
# the message that names it, without model.
LINE, SERVICE = 'statement.line', 'service'
USES = ['people', 'common', 'equipment', 'destinations', 'local', 'operator']
BLOCKS = [
    ('parties', ['parties'], [
            ('name', 'party', 'party'),
            ('roles', 'party', 'roles'),
            ('legal_status', 'party', 'legal_status'),
            ('vat_regime', 'party', 'vat_regime'),
            ('signatory', 'party', 'signatory'),
            ]),
    ('clauses', ['clauses'], [
            ('name', LINE, 'version'),
            ('effective_from', 'version', 'effective_from'),
            ('adopted_on', 'version', 'adopted_on'),
            ]),
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
    ('uses', ['uses'], [
            ('number', SERVICE, 'number'),
            ('event', SERVICE, 'event_name'),
            *((use, None, f'print_use_{use}') for use in USES),
            ]),
    ('settlement', ['settlement'], [
            ('payer', 'allocation', 'payer'),
            ('beneficiary', 'allocation', 'beneficiary'),
            ('mode', 'allocation', 'mode'),
            ('amount', 'allocation', 'amount'),
            ('iban', 'party', 'iban'),
            ]),
    ('parts', ['parts'], [
            ('payer', 'allocation', 'payer'),
            ('beneficiary', 'allocation', 'beneficiary'),
            ('mode', 'allocation', 'mode'),
            ('kind', 'allocation', 'kind'),
            ('name', 'allocation', 'name'),
            ('amount', 'allocation', 'amount'),
            ]),
    ('payments', ['payments'], [
            ('number', SERVICE, 'number'),
            ('event', SERVICE, 'event_name'),
            ('payable', LINE, 'payable'),
            ('customer', None, 'table_customer'),
            ('due', LINE, 'due'),
            ('paid', 'service.turnover', 'paid'),
            ]),
    ('contributors', ['pot', 'contributors'], [
            ('name', 'entry', 'contributor'),
            ('contributed', None, 'table_contributed'),
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
    ('cost_sums', ['costs', 'sums'], [
            ('payer', 'cost', 'payer'),
            ('nature', 'cost', 'nature'),
            ('period', None, 'table_period'),
            ('total', None, 'table_total'),
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
    ('approvals', ['approvals'], [
            ('party', 'statement.approval', 'party'),
            ('date', 'statement.approval', 'date'),
            ('note', 'statement.approval', 'note'),
            ]),
    ('obligations', ['obligations'], [
            ('party', 'obligation', 'party'),
            ('text', 'obligation', 'text'),
            ('due_date', 'obligation', 'due_date'),
            ]),
    ]


def get_csv(content, payments):
    """Return the CSV of the content of a statement, as its JSON gives it

    payments: what is due and paid of each line today, which comes after.
    """
    content = {
        **content,
        'payments': payments,
        'uses': [line | line['uses'] for line in content['lines']],
        'parts': [
            flow | part for flow in content['settlement']
            for part in flow['parts']],
        }
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
                _label(labels[column], record.get(column))
                for column, _, _ in columns]
            for record in records]
    return write(rows)


def _label(labels, value):
    if isinstance(value, list):
        return ', '.join(labels.get(v, v) for v in value)
    return labels.get(value, value)


def _get_definition(model, name):
    pool = Pool()
    Model = pool.get(f'tibillet.convention.{model}')
    return Model.fields_get([name])[name]


def get_name(model, name):
    "Return the name of a field in the language of the reader"
    if not model:
        return gettext(f'tibillet_federation.msg_statement_{name}')
    return _get_definition(model, name)['string']


def get_labels(model, name):
    "Return the labels of a selection, by value; none for another field"
    if not model:
        return {}
    definition = _get_definition(model, name)
    if definition['type'] not in {'selection', 'multiselection'}:
        return {}
    labels = dict(definition['selection'])
    if (model, name) == ('cost', 'nature'):
        # The costs of people that were waived are among those of services.
        labels |= get_labels('service.human_cost', 'kind')
    return labels
