"""What is declared of a performance to the ministry (SIBIL). Pure.

Loi 2016-925, art. 48, and décret 2017-926: the receipts of shows of a
quarter, before the 10th of the month that follows it. The names of the data
are those of the ministry's service, version 2, as its public clients use
them; its own specification is not public.

Amounts are Decimals in euros, tax included.
"""
import base64
import datetime as dt
import json
import uuid
from dataclasses import dataclass
from decimal import Decimal

from tibillet.money import CENT, half_up

ZERO = Decimal(0)
# The kinds of event that are live shows.
SHOWS = {
    'concert', 'theatre', 'dance', 'circus', 'comedy', 'young', 'festival'}
DOMAINS = {
    'street': "Arts de la rue",
    'cabaret': "Cabaret, music-hall",
    'circus_traditional': "Cirque traditionnel",
    'circus_creation': "Cirque de création",
    'theatre': "Théâtre",
    'theatre_musical': "Théâtre musical",
    'dance': "Danse",
    'humour': "Humour",
    'puppets': "Marionnettes",
    'mime': "Mime",
    'music_classical': "Musique classique",
    'music_contemporary': "Musique contemporaine",
    'music_popular': "Musiques actuelles",
    'music_world': "Musiques du monde",
    'other': "Autre",
    }
PLACES = {
    'theatre': 'THEATRE',
    'multipurpose': 'ESPACE_POLYVALENT',
    'casino': 'CASINO_DISCOTHEQUE_HOTEL_CAFE_RESTAURANT',
    'concert_hall': 'SALLE_CONCERT_AUDITORIUM_OPERA_ZENITH',
    'cabaret': 'CABARET_MUSIC_HALL',
    'open_air': 'PLEIN_AIR_PARC_LOISIRS_ATTRACTION',
    'mobile': 'STRUCTURE_ITINERANTE_DEMONTABLE_CHAPITEAU',
    'worship': 'LIEU_DE_CULTE',
    'health': 'LIEU_DE_SANTE',
    'other': 'AUTRE',
    }


@dataclass(frozen=True)
class Show:
    """A performance that was closed

    starts_at: with its time zone; siret: None if it is not known.
    """
    uuid: str
    title: str
    domain: str
    starts_at: dt.datetime
    capacity: int
    young_audience: bool
    coproduced: bool
    venue: str
    venue_kind: str
    street: str
    postal_code: str
    city: str
    siret: str = None


def key(identifier):
    """Return the short key of a performance, always the same

    26 letters and figures for the 36 of its UUID.
    """
    return base64.b32encode(
        uuid.UUID(identifier).bytes).decode().rstrip('=')


def due_date(date):
    "Return the date before which a performance of this date is declared"
    first = dt.date(date.year, date.month - (date.month - 1) % 3, 1)
    following = (first + dt.timedelta(days=95)).replace(day=10)
    return following


def missing(show):
    "Return what is missing, in order; what may be left out is not named"
    found = []
    if show.domain not in DOMAINS:
        found.append('domain')
    if show.venue_kind not in PLACES:
        found.append('venue_kind')
    if not show.capacity:
        found.append('capacity')
    if not (show.street and show.postal_code and show.city):
        found.append('address')
    return found


def figures(lines, valid, free):
    """Return the figures of the returns of a performance

    lines: (kind, kind of tariff, price, quantity, amount) of their lines
        that are sold or cancelled.
    valid, free: tickets, what is cancelled taken off.
    """
    full = passes = 0
    total = full_amount = ZERO
    for kind, tariff_kind, price, quantity, amount in lines:
        total += amount
        if not price:
            # A free entry that was cancelled.
            continue
        sign = -1 if kind == 'cancelled' else 1
        if tariff_kind == 'full':
            full += sign * quantity
            full_amount += amount
        elif tariff_kind == 'pass':
            passes += sign * quantity
    return {
        'nbBilletsTotalBilletterie': valid,
        'recetteTotalBilletterie': total,
        'prixMoyenTotalBilletterie': _mean(total, valid),
        'nbBilletsTarifPlein': full,
        'recetteTarifPlein': full_amount,
        'prixMoyenTarifPlein': _mean(full_amount, full),
        'nbBilletsTarifAbonnementForfait': passes,
        'nbBilletsExoneres': free,
        'nbBilletsTarifPayant': valid - free,
        'recetteTarifPayant': total,
        }


def _mean(amount, quantity):
    return half_up(amount / quantity, CENT) if quantity > 0 else ZERO


def content(show, counted):
    """Return the data of a declaration

    counted: what figures returns.
    """
    return {
        'idExtBilletterie': key(show.uuid),
        'dateHeureRepresentationUnique': show.starts_at.isoformat(),
        **counted,
        'jauge': show.capacity,
        'jeunePublic': show.young_audience,
        'coProduction': show.coproduced,
        'lieuChamps': {
            'nom': show.venue,
            'adresse': show.street,
            'codePostal': show.postal_code,
            'ville': show.city,
            'siret': show.siret,
            'typeLieu': PLACES.get(show.venue_kind),
            'denominationUsuelle': show.venue,
            },
        'spectacleChamps': {
            'domaineSpectacle': DOMAINS.get(show.domain),
            'critere1': show.title,
            },
        }


def dump(data):
    "Return the JSON of a declaration, amounts as numbers"
    if isinstance(data, dict):
        return '{' + ', '.join(
            f'{json.dumps(name)}: {dump(value)}'
            for name, value in data.items()) + '}'
    if isinstance(data, Decimal):
        return f'{half_up(data, CENT):f}'
    return json.dumps(data, ensure_ascii=False)


def flatten(data, prefix=''):
    "Return the data as one row, names within names with a point"
    row = {}
    for name, value in data.items():
        if isinstance(value, dict):
            row.update(flatten(value, f'{prefix}{name}.'))
        else:
            row[prefix + name] = value
    return row
