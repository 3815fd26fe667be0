"""What a code does to the tariffs of the counter, or why it does nothing."""
from tibillet_base import tools

from trytond.i18n import gettext
from trytond.pool import Pool

from .exceptions import PromotionError, PromotionTariffError
from .promotion_rule import normal


def read(code, performance, tariffs):
    """Return the PromotionRule by tariff that it is for, and by each other
    the PromotionError that says why not

    By None what is so whatever the tariff.
    """
    pool = Pool()
    Promotion = pool.get('tibillet.promotion')
    taken, refused = {}, {}
    if not normal(code) or not performance:
        return taken, refused
    try:
        rule = Promotion.find(code, performance.event.company.id)
    except PromotionError as error:
        return taken, {None: error}
    promotion, now = Promotion(rule.id), tools.now()
    if promotion.left == 0:
        return taken, {None: promotion.get_used_error()}
    for tariff in tariffs:
        refusal = rule.get_refusal(
            performance.event.id, performance.id, tariff.id, 'counter', now,
            bool(tariff.free_price))
        if not refusal:
            taken[tariff] = rule
            continue
        try:
            promotion.refuse(refusal, performance, tariff)
        except PromotionError as error:
            refused[tariff] = error
    return taken, refused


def say(taken, refused, currency):
    "Return the new prices, or the reason if there is none"
    pool = Pool()
    Lang = pool.get('ir.lang')
    lang = Lang.get()
    if not taken:
        reasons = list(refused.values())
        # Another tariff would not help.
        others = [
            r for r in reasons if not isinstance(r, PromotionTariffError)]
        return '\n'.join(dict.fromkeys(
                r.message for r in others or reasons)) or None
    return '\n'.join(
        gettext(
            'tibillet_event.msg_box_office_code',
            tariff=tariff.name,
            price=lang.currency(
                tariff.get_price(promotion=rule).paid, currency),
            before=lang.currency(tariff.get_price().paid, currency))
        for tariff, rule in taken.items())
