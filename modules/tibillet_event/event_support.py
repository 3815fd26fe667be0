"""The six events a year that support an association, exempt from VAT.

An organisation without lucrative purpose owes no VAT on six events a year
that are made to support it (CGI 261-7-1° c); what they bring and cost is kept
apart. An event counts in the year of its first date, cancelled ones do not.
"""
from itertools import groupby

from trytond.i18n import gettext
from trytond.model import ModelView, Workflow, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval
from trytond.transaction import without_check_access

from .exceptions import EventSupportError, EventSupportWarning

MAX = 6


class Event(metaclass=PoolMeta):
    __name__ = 'tibillet.event'

    support = fields.Boolean(
        "One of the Six",
        states={
            'invisible': ~Eval('vat_exempt'),
            },
        help="Check if it is one of the six events a year that support the "
        "association, exempt from VAT.")
    support_rank = fields.Function(
        fields.Integer(
            "Rank in its Year",
            states={
                'invisible': ~Bool(Eval('support')),
                },
            help="Among the events of the organiser that support it, by "
            "their first date: up to 6 are exempt."),
        'get_support_rank')

    @fields.depends('vat_exempt')
    def on_change_vat_exempt(self):
        if not self.vat_exempt:
            self.support = False

    @classmethod
    @without_check_access
    def get_support_rank(cls, events, name):
        ranks = dict.fromkeys(e.id for e in events)
        supporting = [
            event for event in cls.search([
                    ('company', 'in', list({e.company.id for e in events})),
                    ('support', '=', True),
                    ], order=[
                    ('company', 'ASC'), ('first_date', 'ASC'),
                    ('id', 'ASC')])
            if event.first_date]
        for _, group in groupby(
                supporting, lambda e: (e.company, e.first_date.year)):
            for rank, event in enumerate(group, 1):
                if event.id in ranks:
                    ranks[event.id] = rank
        return ranks

    @classmethod
    def validate_fields(cls, events, field_names):
        super().validate_fields(events, field_names)
        if field_names & {'support', 'vat_exempt'}:
            for event in events:
                if event.support and not event.vat_exempt:
                    raise EventSupportError(gettext(
                            'tibillet_event.msg_event_support',
                            event=event.rec_name))

    def _warn_support_rank(self):
        "Say that the event is the last one that is exempt, or beyond"
        pool = Pool()
        Warning = pool.get('res.user.warning')
        rank = self.support_rank
        if not rank or rank < MAX:
            return
        name = Warning.format(f'support_{rank}', [self])
        if Warning.check(name):
            kind = 'last' if rank == MAX else 'beyond'
            raise EventSupportWarning(name, gettext(
                    f'tibillet_event.msg_event_support_{kind}',
                    event=self.rec_name,
                    organiser=self.company.rec_name,
                    rank=rank,
                    max=MAX,
                    year=self.first_date.year))


class Performance(metaclass=PoolMeta):
    __name__ = 'tibillet.performance'

    @classmethod
    @ModelView.button
    @Workflow.transition('on_sale')
    def put_on_sale(cls, performances):
        for event in {p.event: None for p in performances}:
            if event.support:
                event._warn_support_rank()
        super().put_on_sale(performances)
