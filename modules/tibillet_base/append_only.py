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
# Only rows that are facts already.
WHEN = """
    IF TG_OP <> 'TRUNCATE' THEN
        IF NOT ({when}) THEN
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            RETURN NEW;
        END IF;
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
    'CREATE OR REPLACE TRIGGER "{table}_update" '
    'BEFORE UPDATE OF {columns} ON "{table}" '
    'FOR EACH ROW EXECUTE FUNCTION "{table}_append_only"()',
    'CREATE OR REPLACE TRIGGER "{table}_delete" '
    'BEFORE DELETE ON "{table}" '
    'FOR EACH ROW EXECUTE FUNCTION "{table}_append_only"()',
    'CREATE OR REPLACE TRIGGER "{table}_truncate" '
    'BEFORE TRUNCATE ON "{table}" '
    'FOR EACH STATEMENT EXECUTE FUNCTION "{table}_append_only"()',
    ]


def refuse_changes(
        table, columns, party_columns=(), when=None, personal_columns=()):
    """Make the database refuse to edit, delete or truncate rows of table

    columns: names of what never changes.
    party_columns: names of the parties, which change only when merged.
    when: the SQL on OLD that tells which rows are facts, all of them if None.
    personal_columns: names of what is emptied when a person is erased, and
        does not change otherwise; parties may be among them.
    """
    if backend.name != 'postgresql':
        return
    every = list(dict.fromkeys([
                *columns, *party_columns, *personal_columns]))
    allowed = WHEN.format(when=when) if when else ''
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
        'columns': ', '.join(f'"{c}"' for c in every),
        }
    cursor.execute(FUNCTION.format(**values))
    for trigger in TRIGGERS:
        cursor.execute(trigger.format(**values))


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
