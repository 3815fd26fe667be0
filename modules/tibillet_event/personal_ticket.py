"""What tickets tell a company of a person."""
from itertools import chain

from tibillet_base import tools
from tibillet_base.tools import cursor, table

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool, PoolMeta

from . import personal_data
from .tariff_count import Person
from .ticket_exceptions import TicketEraseError


class PersonalData(metaclass=PoolMeta):
    __name__ = 'tibillet.personal.data'

    @classmethod
    def _get_parts(cls, whom):
        pool = Pool()
        Operation = pool.get('tibillet.ticket.operation')
        Scan = pool.get('tibillet.scan')
        tickets = cls._get_tickets(whom)
        ids = [t.id for t in tickets]
        return [
            *super()._get_parts(whom),
            ('tickets', 'tibillet_event.msg_personal_data_tickets',
                tickets, [
                    'number', 'performance', 'place', 'tariff', 'paid',
                    'state', 'holder', 'email']),
            ('operations', 'tibillet_event.msg_personal_data_operations',
                Operation.search(
                    [('ticket', 'in', ids)], order=[('id', 'ASC')]),
                ['number', 'kind', 'at', 'performance', 'paid']),
            ('scans', 'tibillet_event.msg_personal_data_scans',
                Scan.search([('ticket', 'in', ids)], order=[('at', 'ASC')]),
                ['at', 'performance', 'gate', 'kind', 'result']),
            ('choices', 'tibillet_event.msg_personal_data_choices',
                cls._get_choices(whom), [
                    'performance', 'quantity', 'amount', 'choice',
                    'chosen_at', 'holder', 'email']),
            ]

    @classmethod
    def _get_tickets(cls, whom):
        pool = Pool()
        Ticket = pool.get('tibillet.ticket')
        return Ticket.search(whom.domain(), order=[('id', 'ASC')])

    @classmethod
    def _get_choices(cls, whom):
        "Those of other tickets of the person too"
        pool = Pool()
        Choice = pool.get('tibillet.performance.choice')
        ids = [t.id for t in cls._get_tickets(whom)]
        return Choice.search([
                ('company', '=', whom.company),
                ['OR', whom.domain(), ('tickets', 'in', ids)],
                ], order=[('id', 'ASC')])

    @classmethod
    def get_written(cls, whom):
        return list(chain(
                super().get_written(whom), cls._get_choices(whom)))

    @classmethod
    def get_kept(cls, whom):
        kept = super().get_kept(whom)
        if cls._get_tickets(whom):
            kept.append(gettext('tibillet_event.msg_personal_data_kept'))
        return kept

    @classmethod
    def check_forget(cls, whom):
        pool = Pool()
        Company = pool.get('company.company')
        Ticket = pool.get('tibillet.ticket')
        super().check_forget(whom)
        for ticket in Ticket.search([
                    whom.domain(), Ticket.get_open(tools.now())], limit=1):
            raise TicketEraseError(gettext(
                    'tibillet_event.msg_erase_ticket',
                    party=personal_data.get_name(whom),
                    ticket=ticket.rec_name,
                    company=Company(whom.company).rec_name))

    @classmethod
    def forget_records(cls, whom):
        super().forget_records(whom)
        tickets, choices = cls._get_tickets(whom), cls._get_choices(whom)
        personal_data.clear(choices, ['party', 'holder', 'email'])
        personal_data.clear(tickets, ['party', 'holder', 'email'])
        cls._forget_counts(whom, {t.performance.id for t in tickets})

    @classmethod
    def _forget_counts(cls, whom, performances):
        "Limits count again from the tickets that still name somebody"
        keys = {
            Person(party=whom.party).key, Person(email=whom.email).key}
        count = table('tibillet.tariff.count')
        cursor().execute(*count.delete(
                where=count.person.in_(sorted(keys - {None}) or [''])
                & fields.SQL_OPERATORS['in'](
                    count.performance, sorted(performances))))
