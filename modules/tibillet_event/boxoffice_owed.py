from tibillet_base.append_only import refuse_changes

from trytond.model import ModelSQL, ModelView, fields
from trytond.pool import PoolMeta
from trytond.pyson import Eval

from . import return_making
from .boxoffice_return import OfReturnMixin, amount_field


class BoxOfficeOwed(OfReturnMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.boxoffice.owed'
    __string__ = "Box Office Owed"

    party = fields.Many2One(
        'party.party', "Owed to", required=True, readonly=True,
        ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends=['company'])
    name = fields.Char("Name at that Time", readonly=True, strip=False)
    account = fields.Many2One(
        'account.account', "Account", required=True, readonly=True,
        ondelete='RESTRICT')
    sold = amount_field("Sold")
    refunded = amount_field("Refunded")
    amount = amount_field("Owed", "What was sold, less what was refunded.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [('boxoffice_return', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['boxoffice_return', 'account', *return_making.OWED],
            party_columns=['party'])

    def get_rec_name(self, name):
        return f'{self.boxoffice_return.rec_name} – {self.name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('name', *clause[1:]),
            ('boxoffice_return.rec_name', *clause[1:]),
            ]


class Replace(metaclass=PoolMeta):
    __name__ = 'party.replace'

    @classmethod
    def fields_to_replace(cls):
        return super().fields_to_replace() + [
            ('tibillet.boxoffice.owed', 'party'),
            ]
