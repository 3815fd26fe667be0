"""Plain values of an agenda, for the tests of its formats."""
import datetime as dt

from tibillet_event import agenda_values as values

UUIDS = [f'00000000-0000-4000-8000-{n:012}' for n in range(10)]


def utc(text):
    return dt.datetime.fromisoformat(text)


NOW = utc('2026-03-01 12:00')


def venue(**given):
    return values.Venue(**{
            'uuid': UUIDS[1], 'name': "La Raffinerie",
            'timezone': 'Europe/Paris', **given})


def event(**given):
    return values.Event(**{
            'uuid': UUIDS[2], 'name': "Nuit blanche", 'kind': 'concert',
            'organizer': "La Coopérative", **given})


def performance(start='2026-07-10 18:30', end='2026-07-10 20:30', **given):
    return values.Performance(**{
            'uuid': UUIDS[3], 'event': event(), 'venue': venue(),
            'start': utc(start), 'end': utc(end), 'state': 'on_sale',
            'revised': utc('2026-02-01 10:00'), **given})


def agenda(*performances, **given):
    return values.Agenda(**{
            'uuid': UUIDS[0], 'title': "Programme",
            'revised': utc('2026-02-02 00:00'), 'now': NOW,
            'address': 'https://tickets.example.org/bal/agenda',
            'performances': performances, **given})
