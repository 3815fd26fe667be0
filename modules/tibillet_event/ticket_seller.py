"""Who has sold tickets of an event goes on to be one of its sellers.

Its staff would no longer read what it has sold.
"""
from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from .ticket_exceptions import TicketSellerError


def check(offered, company):
    "Refuse a company that does not sell the tickets of the event"
    if company not in offered.selling_companies:
        raise TicketSellerError(gettext(
                'tibillet_event.msg_ticket_seller',
                company=company.rec_name, event=offered.rec_name,
                organiser=offered.company.rec_name))


class _SellerMixin:
    "What makes companies sell the tickets of an event"
    __slots__ = ()

    @classmethod
    def check_modification(cls, mode, sellers, values=None, external=False):
        super().check_modification(
            mode, sellers, values=values, external=external)
        if mode == 'delete' or (mode == 'write' and values.keys() & {
                    'event', 'party', 'company'}):
            for seller in sellers:
                seller._check_unsold()

    @without_check_access
    def _check_unsold(self):
        pool = Pool()
        Ticket = pool.get('tibillet.ticket')
        for company in self._get_companies():
            if company != self.event.company and Ticket.search([
                        ('company', '=', company.id),
                        ('performance.event', '=', self.event.id),
                        ], limit=1):
                raise TicketSellerError(gettext(
                        'tibillet_event.msg_ticket_seller_sold',
                        company=company.rec_name, event=self.event.rec_name))


class EventCompany(_SellerMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.event-company.company'

    def _get_companies(self):
        return [self.company]


class EventParty(_SellerMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.event-party.party'

    def _get_companies(self):
        pool = Pool()
        Company = pool.get('company.company')
        return [
            c for c in Company.search([('party', '=', self.party.id)])
            if c not in self.event.sellers]
