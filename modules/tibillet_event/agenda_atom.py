"""An agenda as an Atom feed, RFC 4287: plain values in, bytes out.

One entry an event, with its dates: who follows a venue is told of a new show,
not of each evening. Entries change when one of their dates does.
"""
import datetime as dt
from xml.etree import ElementTree

from .agenda_values import readable

CONTENT_TYPE = 'application/atom+xml; charset=utf-8'
ATOM = 'http://www.w3.org/2005/Atom'
XHTML = 'http://www.w3.org/1999/xhtml'
PRODUCER = 'TiBillet'

ElementTree.register_namespace('', ATOM)
ElementTree.register_namespace('x', XHTML)


def render(agenda):
    "Return the agenda as bytes"
    feed = ElementTree.Element(f'{{{ATOM}}}feed')
    entries = _entries(agenda.performances)
    _add(feed, 'id', f'urn:uuid:{agenda.uuid}')
    _add(feed, 'title', agenda.title)
    _add(feed, 'updated', _instant(agenda.revised))
    _add(feed, 'generator', PRODUCER)
    _add(feed, 'link', rel='self', type='application/atom+xml',
        href=agenda.address)
    for event, performances in entries:
        _entry(feed, event, performances)
    return ElementTree.tostring(feed, encoding='utf-8', xml_declaration=True)


def _entries(performances):
    "Return the events with their performances, the last changed first"
    events, dates = {}, {}
    for performance in performances:
        events[performance.event.uuid] = performance.event
        dates.setdefault(performance.event.uuid, []).append(performance)
    return sorted(
        ((events[uuid], dates[uuid]) for uuid in events),
        key=lambda entry: (_revised(entry[1]), entry[0].uuid), reverse=True)


def _entry(feed, event, performances):
    entry = _add(feed, 'entry')
    _add(entry, 'id', f'urn:uuid:{event.uuid}')
    _add(entry, 'title', event.name)
    _add(entry, 'updated', _instant(_revised(performances)))
    _add(_add(entry, 'author'), 'name', event.organizer)
    if event.url:
        _add(entry, 'link', rel='alternate', href=event.url)
    for tag in event.tags:
        _add(entry, 'category', term=tag)
    if event.summary:
        _add(entry, 'summary', event.summary)
    content = _add(entry, 'content', type='xhtml')
    page = ElementTree.SubElement(content, f'{{{XHTML}}}div')
    for paragraph in (event.description or event.summary or '').split('\n'):
        if paragraph.strip():
            ElementTree.SubElement(
                page, f'{{{XHTML}}}p').text = readable(paragraph)
    dates = ElementTree.SubElement(page, f'{{{XHTML}}}ul')
    for performance in performances:
        ElementTree.SubElement(
            dates, f'{{{XHTML}}}li').text = readable(_line(performance))


def _line(performance):
    "Return the date, where it is, and what is special about it"
    return ' – '.join(filter(None, [
                performance.text, performance.name, performance.venue.name,
                performance.venue.city, performance.note]))


def _revised(performances):
    return max(p.revised for p in performances)


def _instant(value):
    return value.replace(tzinfo=dt.UTC).isoformat()


def _add(parent, name, text=None, **attributes):
    element = ElementTree.SubElement(
        parent, f'{{{ATOM}}}{name}',
        {key: readable(value) for key, value in attributes.items()})
    if text is not None:
        element.text = readable(text)
    return element
