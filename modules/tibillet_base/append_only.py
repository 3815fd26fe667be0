"""Triggers that keep the facts of a table from being edited in the database.

check_modification speaks to people; a trigger also stops what goes around
the models. PostgreSQL only: SQLite serves the first hour and the fast tests.
"""
from trytond import backend
from trytond.model import fields
from trytond.transaction import Transaction

LOG = {'id', 'create_uid', 'create_date', 'write_uid', 'write_date'}

FUNCTION = """
CREATE OR REPLACE FUNCTION "{table}_append_only"() RETURNS trigger AS $$
BEGIN
    {allowed}
    RAISE EXCEPTION '{table} is append-only: record the opposite fact';
END;
$$ LANGUAGE plpgsql
"""
# What leaves the columns as they are. They are compared here: a trigger that
# names them would keep a later version from widening or dropping them.
SAME = """
    IF TG_OP = 'UPDATE' AND ({same}) THEN
        RETURN NEW;
    END IF;
"""
# Only rows that are facts already.
WHEN = """
    IF TG_OP IN ('UPDATE', 'DELETE') AND NOT ({when}) THEN
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        RETURN NEW;
    END IF;
"""
# Only what belongs to a fact, or would from now on.
WITHIN = """
    IF TG_OP = 'INSERT' AND ({new}) IS NOT TRUE THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND ({old}) IS NOT TRUE AND ({new}) IS NOT TRUE THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND ({old}) IS NOT TRUE THEN
        RETURN OLD;
    END IF;
"""
# Two parties found to be one are merged by replacing the first everywhere.
MERGED = """
    IF TG_OP = 'UPDATE' AND ({same}) AND ({merged}) THEN
        RETURN NEW;
    END IF;
"""
# Whom a fact names is forgotten, what has happened stays.
ERASED = """
    IF TG_OP = 'UPDATE' AND ({same}) AND ({erased}) THEN
        RETURN NEW;
    END IF;
"""
TRIGGERS = [
    'CREATE OR REPLACE TRIGGER "{table}_update" BEFORE UPDATE ON "{table}" '
    'FOR EACH ROW EXECUTE FUNCTION "{table}_append_only"()',
    'CREATE OR REPLACE TRIGGER "{table}_delete" '
    'BEFORE DELETE ON "{table}" '
    'FOR EACH ROW EXECUTE FUNCTION "{table}_append_only"()',
    'CREATE OR REPLACE TRIGGER "{table}_truncate" '
    'BEFORE TRUNCATE ON "{table}" '
    'FOR EACH STATEMENT EXECUTE FUNCTION "{table}_append_only"()',
    ]
INSERTED = (
    'CREATE OR REPLACE TRIGGER "{table}_insert" BEFORE INSERT ON "{table}" '
    'FOR EACH ROW EXECUTE FUNCTION "{table}_append_only"()')


def refuse_changes(
        table, columns, party_columns=(), when=None, personal_columns=(),
        within=None):
    """Make the database refuse to edit, delete or truncate rows of table

    columns: names of what never changes.
    party_columns: names of the parties, which change only when merged.
    when: the SQL on OLD that tells which rows are facts, all of them if None.
    personal_columns: names of what is emptied when a person is erased, and
        does not change otherwise; parties may be among them.
    within: the SQL on {row} that tells if it belongs to a fact, which then
        takes no row more and gives none away.
    """
    if backend.name != 'postgresql':
        return
    every = list(dict.fromkeys([
                *columns, *party_columns, *personal_columns]))
    allowed = SAME.format(same=same(every))
    if when:
        allowed += WHEN.format(when=when)
    if within:
        allowed += WITHIN.format(
            old=within.format(row='OLD'), new=within.format(row='NEW'))
    if party_columns:
        allowed += MERGED.format(
            same=same(c for c in every if c not in party_columns),
            merged=' AND '.join(
                f'(NEW."{c}" IS NOT DISTINCT FROM OLD."{c}" OR NEW."{c}" = '
                '(SELECT replaced_by FROM party_party '
                f'WHERE id = OLD."{c}"))' for c in party_columns))
    if personal_columns:
        allowed += ERASED.format(
            same=same(c for c in every if c not in personal_columns),
            erased=' AND '.join(
                f'(NEW."{c}" IS NOT DISTINCT FROM OLD."{c}" '
                f'OR NEW."{c}" IS NULL)' for c in personal_columns))
    cursor = Transaction().connection.cursor()
    values = {
        'table': table,
        'allowed': allowed,
        }
    cursor.execute(FUNCTION.format(**values))
    for trigger in [*TRIGGERS, *([INSERTED] if within else [])]:
        cursor.execute(trigger.format(**values))


def refuse_returns(Model, states):
    """Make the database keep what rows of a model say in some states

    They go on from one of the states to another, and never leave them; no
    row is born in one of them.
    """
    columns = stored(Model, but={'state'})
    kept = ', '.join(f"'{state}'" for state in states)
    refuse_changes(
        Model._table, [*columns, 'state'],
        when=f"OLD.state IN ({kept}) AND (TG_OP = 'DELETE' "
        f"OR NEW.state NOT IN ({kept}) OR NOT ({same(columns)}))",
        within=f"{{row}}.state IN ({kept})")


def stored(Model, but=()):
    "Return the columns of a model that are not about who wrote them"
    return [
        name for name, field in Model._fields.items()
        if field.sql_type() and not isinstance(field, fields.Function)
        and name not in LOG and name not in but]


def same(columns):
    "Return the SQL that tells that the columns do not change"
    return ' AND '.join(
        f'NEW."{c}" IS NOT DISTINCT FROM OLD."{c}"' for c in columns)
