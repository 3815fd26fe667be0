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
        'get_support_counts')
    support_left = fields.Function(
        fields.Integer(
            "Left in its Year",
            states={
                'invisible': ~Bool(Eval('support')),
                },
            help="How many more may support the organiser without VAT in the "
            "year; negative if there are too many."),
        'get_support_counts')

    @fields.depends('vat_exempt')
    def on_change_vat_exempt(self):
        if not self.vat_exempt:
            self.support = False

    @classmethod
    @without_check_access
    def get_support_counts(cls, events, names):
        empty = dict.fromkeys(e.id for e in events)
        counts = {
            'support_rank': dict(empty),
            'support_left': dict(empty),
            }
        for supporting in cls._get_supporting(events).values():
            for rank, event in enumerate(supporting, 1):
                if event.id in empty:
                    counts['support_rank'][event.id] = rank
                    counts['support_left'][event.id] = MAX - len(supporting)
        return {name: counts[name] for name in names}

    @classmethod
    def _get_supporting(cls, events):
        "Return the events that support each organiser in each year, in order"
        supporting = cls.search([
                ('company', 'in', list({e.company.id for e in events})),
                ('support', '=', True),
                ], order=[
                ('company', 'ASC'), ('first_date', 'ASC'), ('id', 'ASC')])
        return {
            key: list(group) for key, group in groupby(
                (e for e in supporting if e.first_date),
                lambda e: (e.company, e.first_date.year))}

    @classmethod
    def validate_fields(cls, events, field_names):
        super().validate_fields(events, field_names)
        if field_names & {'support', 'vat_exempt'}:
            for event in events:
                if event.support and not event.vat_exempt:
                    raise EventSupportError(gettext(
                            'tibillet_event.msg_event_support',
                            event=event.rec_name))

    @classmethod
    @without_check_access
    def warn_support(cls, events):
        "Say that with one of the events a year has all its six, or too many"
        pool = Pool()
        Warning = pool.get('res.user.warning')
        for (company, year), found in cls._get_supporting(events).items():
            ours = [event for event in found if event in events]
            if not ours or len(found) < MAX:
                continue
            name = Warning.format(f'support_{year}_{len(found)}', ours)
            if Warning.check(name):
                kind = 'last' if len(found) == MAX else 'beyond'
                raise EventSupportWarning(name, gettext(
                        f'tibillet_event.msg_event_support_{kind}',
                        event=ours[0].rec_name,
                        organiser=company.rec_name,
                        count=len(found),
                        max=MAX,
                        year=year))


class Performance(metaclass=PoolMeta):
    __name__ = 'tibillet.performance'

    @classmethod
    @ModelView.button
    @Workflow.transition('on_sale')
    def put_on_sale(cls, performances):
        pool = Pool()
        Event = pool.get('tibillet.event')
        Event.warn_support([
                p.event for p in performances if p.event.support])
        super().put_on_sale(performances)
