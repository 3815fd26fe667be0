"""Sales that hold places when they are quoted and sell them confirmed."""
import datetime as dt
import uuid

from tibillet_base import tools

from trytond.i18n import gettext
from trytond.model import ModelView, Workflow, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval

from . import place_writer, schedule, ticket_writer
from .change_making import end_of
from .sale_exceptions import (
    SaleCurrencyError, SaleOverError, SaleSeriesError, SaleSoldError,
    SaleValidityError)
from .sale_tax import ExactTaxMixin
from .ticket_lot import Till
from .ticket_writer import Person

SECOND = dt.timedelta(seconds=1)


class Sale(ExactTaxMixin, metaclass=PoolMeta):
    __name__ = 'sale.sale'

    places_until = fields.Function(
        fields.Date(
            "Places Held Until",
            states={
                'invisible': ~Eval('places_until'),
                },
            help="This day included."),
        'get_places_until')

    @classmethod
    def get_places_until(cls, sales, name):
        found = dict.fromkeys(s.id for s in sales)
        for sale in sales:
            ends = [
                line.hold.until for line in sale.place_lines
                if line.hold and not line.hold.sold_at]
            if ends:
                found[sale.id] = schedule.to_local(
                    min(ends) - SECOND,
                    sale.company.timezone or 'UTC').date()
        return found

    @property
    def place_lines(self):
        return [line for line in self.lines if line.is_places]

    @classmethod
    @ModelView.button
    @Workflow.transition('quotation')
    def quote(cls, sales):
        super().quote(sales)
        cls._hold_places([s for s in sales if s.place_lines])

    @classmethod
    @ModelView.button
    @Workflow.transition('cancelled')
    def cancel(cls, sales):
        cls._release_places(sales)
        super().cancel(sales)

    @classmethod
    @ModelView.button
    @Workflow.transition('draft')
    def draft(cls, sales):
        for sale in sales:
            if any(line.ticket_operations for line in sale.place_lines):
                raise SaleSoldError(gettext(
                        'tibillet_event.msg_sale_sold', sale=sale.rec_name))
        cls._release_places(sales)
        super().draft(sales)

    @classmethod
    @ModelView.button
    @Workflow.transition('confirmed')
    def confirm(cls, sales):
        for sale in sorted(sales, key=int):
            sale._sell_places()
        super().confirm(sales)

    @classmethod
    def _hold_places(cls, sales):
        pool = Pool()
        Line = pool.get('sale.line')
        now, quoted = tools.now(), []
        for sale in sales:
            till, until = Till(sale._get_series()), sale._get_until(now)
            # In one order, so that nobody waits for who waits for him.
            for line in sorted(sale.place_lines, key=_taking_order):
                line.quote_places(till, until, now)
                quoted.append(line)
        Line.save(quoted)

    def _get_series(self):
        "Return the till that numbers the tickets of the sale"
        pool = Pool()
        Configuration = pool.get('tibillet.ticket.configuration')
        if self.currency != self.company.currency:
            raise SaleCurrencyError(gettext(
                    'tibillet_event.msg_sale_currency', sale=self.rec_name,
                    currency=self.company.currency.rec_name))
        point = Configuration(1).get_multivalue(
            'sales_point', company=self.company.id)
        if not point:
            raise SaleSeriesError(gettext(
                    'tibillet_event.msg_sale_series',
                    company=self.company.rec_name))
        return point

    def _get_until(self, now):
        "Return the end of the last day of the quotation"
        pool = Pool()
        Lang = pool.get('ir.lang')
        last = self.on_change_with_quotation_expire()
        if not last:
            raise SaleValidityError(gettext(
                    'tibillet_event.msg_sale_validity', sale=self.rec_name))
        until = end_of(last, self.company.timezone or 'UTC')
        if until <= now:
            raise SaleOverError(gettext(
                    'tibillet_event.msg_sale_over', sale=self.rec_name,
                    date=Lang.get().strftime(last)))
        return until

    @classmethod
    def _release_places(cls, sales):
        pool = Pool()
        Line = pool.get('sale.line')
        held = [
            line for sale in sales for line in sale.place_lines if line.hold]
        for line in sorted(held, key=lambda line: line.hold.uuid):
            place_writer.release(line.hold.uuid)
        for line in held:
            line.hold = None
        Line.save(held)

    def _sell_places(self):
        pool = Pool()
        Line = pool.get('sale.line')
        lines = self.place_lines
        if not lines:
            return
        items = [line.get_item() for line in lines]
        # The same for the same quotation.
        request = uuid.uuid5(
            uuid.NAMESPACE_URL, '/'.join(item.hold for item in items))
        ticket_writer.sell_order(
            self._get_series(), str(request), items,
            Person(self.party.rec_name, self.party.id))
        # The writer goes around the models.
        tools.forget(Line, [line.id for line in lines])


def _taking_order(line):
    return line.performance.id, line.tariff.id, line.id
