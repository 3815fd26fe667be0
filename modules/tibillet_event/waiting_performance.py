"""The waiting list of a performance: how long it lasts, and who is on it."""
import datetime as dt

from tibillet_base import tools

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import PoolMeta
from trytond.pyson import Eval

from . import waiting_check, waiting_offer
from .waiting_exceptions import WaitingHoursError
from .waiting_rule import OFFER_HOURS, STOP_HOURS

# A year: more is a slip of the keyboard.
HOURS_MAX = 24 * 366
_STATES = {
    'invisible': Eval('unlimited', False),
    'readonly': Eval('state').in_(['closed', 'cancelled']),
    }


class Performance(metaclass=PoolMeta):
    __name__ = 'tibillet.performance'

    waiting_offer_hours = fields.Integer(
        "Hours of an Offer", states=_STATES,
        help="How long places are kept for who is offered them; "
        "24 if it is empty.")
    waiting_stop_hours = fields.Integer(
        "Hours without List", states=_STATES,
        help="How long before the start the list is over, and what is free "
        "is for everybody; 48 if it is empty.")
    waiting_people = fields.Function(fields.Integer(
            "People Who Wait", help="Without those who have an offer."),
        'get_waiting')
    waiting_places = fields.Function(fields.Integer(
            "Places Waited for"), 'get_waiting')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons.update({
                'offer_places': {
                    'invisible': (
                        (Eval('state') != 'on_sale')
                        | ~Eval('waiting_people', 0)),
                    'icon': 'tryton-forward',
                    'depends': ['state', 'waiting_people'],
                    },
                })

    @property
    def offer_hours(self):
        return self.waiting_offer_hours or OFFER_HOURS

    @property
    def waiting_until(self):
        "Return the instant from which there is no list any more"
        hours = self.waiting_stop_hours
        if hours is None:
            hours = STOP_HOURS
        return self.start - dt.timedelta(hours=hours)

    @classmethod
    def get_waiting(cls, performances, names):
        counts = waiting_offer.count(performances, tools.now())
        return {
            name: {
                id_: values[name == 'waiting_places']
                for id_, values in counts.items()}
            for name in names}

    @classmethod
    def validate_fields(cls, performances, field_names):
        super().validate_fields(performances, field_names)
        if field_names & {'waiting_offer_hours', 'waiting_stop_hours'}:
            for performance in performances:
                performance._check_hours()

    def _check_hours(self):
        offer, stop = self.waiting_offer_hours, self.waiting_stop_hours
        if (offer is not None and not 1 <= offer <= HOURS_MAX
                or stop is not None and not 0 <= stop <= HOURS_MAX):
            raise WaitingHoursError(gettext(
                    'tibillet_event.msg_waiting_hours',
                    performance=self.rec_name, most=HOURS_MAX))

    @classmethod
    def on_modification(cls, mode, performances, field_names=None):
        super().on_modification(mode, performances, field_names=field_names)
        if mode == 'write' and field_names & {'start', 'waiting_stop_hours'}:
            waiting_check.set_until(performances)

    @classmethod
    @ModelView.button
    def offer_places(cls, performances):
        "Offer what is free to those who wait, now"
        for performance in performances:
            waiting_offer.make(performance)
