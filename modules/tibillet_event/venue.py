from trytond.model import DeactivableMixin, ModelSQL, ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.tools import timezone as tz
from trytond.transaction import Transaction

from .territory import territory

TIMEZONES = [(z, z) for z in sorted(tz.available_timezones())]
TERRITORIES = [
    (None, ""),
    ('mainland', "Mainland France"),
    ('corsica', "Corsica"),
    ('overseas', "Guadeloupe, Martinique, Réunion"),
    ('overseas_exempt', "Guyane, Mayotte"),
    ('abroad', "Abroad"),
    ]


class Venue(DeactivableMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.venue'
    __string__ = "Venue"

    name = fields.Char("Name", required=True)
    party = fields.Many2One(
        'party.party', "Party", required=True, ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends={'company'},
        help="Who runs the venue.")
    address = fields.Many2One(
        'party.address', "Address", ondelete='RESTRICT',
        domain=[
            ('party', '=', Eval('party', -1)),
            ])
    timezone = fields.Selection(
        TIMEZONES, "Time Zone", required=True, translate=False,
        help="The dates and hours of performances are read on its clock.")
    capacity = fields.Integer(
        "Capacity",
        domain=['OR',
            ('capacity', '=', None),
            ('capacity', '>', 0),
            ],
        help="The most people the venue may hold at once.\n"
        "Leave empty for an open place without limit.")
    territory = fields.Selection(
        TERRITORIES, "Territory", sort=False,
        help="The rates of tax on shows depend on it.")
    kind = fields.Selection([
            (None, ""),
            ('theatre', "Theatre"),
            ('multipurpose', "Multipurpose Hall"),
            ('casino', "Casino, Nightclub, Hotel, Café or Restaurant"),
            ('concert_hall', "Concert Hall, Auditorium or Opera"),
            ('cabaret', "Cabaret or Music Hall"),
            ('open_air', "Open Air or Leisure Park"),
            ('mobile', "Circus Tent or Other Mobile Structure"),
            ('worship', "Place of Worship"),
            ('health', "Place of Care"),
            ('other', "Other"),
            ], "Type of Place", sort=False,
        help="As declared to the ministry with the receipts of shows.")
    drinks_customary = fields.Boolean(
        "Drinks Customary",
        help="Check if people are used to drink during the show: "
        "the reduced rate of tax does not apply.")
    company = fields.Many2One(
        'company.company', "Company",
        help="Leave empty for a venue that every company may book.")
    performances = fields.One2Many(
        'tibillet.performance', 'venue', "Performances", readonly=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order.insert(0, ('name', 'ASC'))

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_timezone(cls):
        pool = Pool()
        Company = pool.get('company.company')
        company_id = cls.default_company()
        if company_id is not None and company_id >= 0:
            company = Company(company_id)
            if company.timezone:
                return company.timezone
        return 'Europe/Paris'

    @fields.depends('party', 'name', 'address', methods=['on_change_address'])
    def on_change_party(self):
        if not self.party:
            self.address = None
            return
        if not self.name:
            self.name = self.party.name
        if not self.address or self.address.party != self.party:
            self.address = self.party.address_get()
            self.on_change_address()

    @fields.depends('address')
    def on_change_address(self):
        if self.address:
            country = self.address.country
            self.territory = territory(
                country.code if country else None, self.address.postal_code)

    @classmethod
    def on_modification(cls, mode, venues, field_names=None):
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        super().on_modification(mode, venues, field_names=field_names)
        if mode == 'write' and 'timezone' in field_names:
            # The hour on the poster stays, the instant moves.
            Performance.update_instants(Performance.search([
                        ('venue', 'in', [v.id for v in venues]),
                        ('state', 'not in', ['closed', 'cancelled']),
                        ]))
