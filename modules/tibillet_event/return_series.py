"""The numbered series of the returns of a company.

One row a company, locked by who makes a return until the end of the
transaction: returns have no holes, each is chained to the one before and
signed with the key of the series.
"""
import uuid
from dataclasses import dataclass

from sql import Conflict
from tibillet_base import keys, till_sql
from tibillet_base.append_only import refuse_changes
from tibillet_base.tools import cursor, table

from trytond.model import ModelSQL, Unique, fields

from tibillet import chain

KIND = 'boxoffice'


class BoxOfficeSeries(ModelSQL):
    __name__ = 'tibillet.boxoffice.series'
    __string__ = "Box Office Series"

    company = fields.Many2One(
        'company.company', "Company", required=True, ondelete='RESTRICT')
    uuid = fields.Char("Identifier", required=True, strip=False)
    counter = fields.Integer("Last Return")
    head = fields.Char("Fingerprint", strip=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('company_unique', Unique(table, table.company),
                'tibillet_event.msg_boxoffice_series_company_unique'),
            ]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, ['company', 'uuid'])


@dataclass
class Series:
    "The series that nobody else numbers until the transaction ends"
    id: int
    uuid: str
    counter: int
    head: str

    def take(self, data):
        """Return the columns of the next return that number and sign it

        data: plain data, what the chain holds beside the number.
        """
        version = keys.current()
        private = keys.derive(version, KIND, self.uuid)
        previous = self.head
        self.counter += 1
        public = chain.public_key(private).hex()
        self.head = chain.link(previous, chained(self.counter, public, data))
        series = table('tibillet.boxoffice.series')
        cursor().execute(*series.update(
                [series.counter, series.head], [self.counter, self.head],
                where=series.id == self.id))
        return {
            'number': self.counter,
            'previous_link': previous,
            'link': self.head,
            'key_version': version,
            'public': public,
            'signature': chain.sign(
                private, bytes.fromhex(self.head)).hex(),
            }


def chained(number, public, data):
    "Return what the chain holds of a return"
    return {'kind': 'return', 'number': number, 'public': public, **data}


def start(identifier):
    "Return the link before the first return of a series"
    return chain.genesis([KIND, identifier])


def lock(company):
    "Return the series of a company, its row locked"
    series = table('tibillet.boxoffice.series')
    statement = cursor()
    statement.execute(*series.insert(
            [series.company, series.uuid], [[company, str(uuid.uuid4())]],
            on_conflict=Conflict(series, indexed_columns=[series.company])))
    return read(company, till_sql.for_update())


def read(company, for_=None):
    "Return the series of a company, None if it has none yet"
    series = table('tibillet.boxoffice.series')
    statement = cursor()
    statement.execute(*series.select(
            series.id, series.uuid, series.counter, series.head,
            where=series.company == company, for_=for_))
    row = statement.fetchone()
    if not row:
        return None
    id_, identifier, counter, head = row
    return Series(id_, identifier, counter or 0, head or start(identifier))
