"""What the engine makes of a service, before a statement says so.

A service in a locked statement shows what the statement says. Before, it
shows what it would give if the statement were made now: what is declared
before it counts, what is not declared does not.
"""
from collections import defaultdict
from decimal import Decimal

from .settlement import Book, Replay
from .settlement_figures import get_voice

ZERO = Decimal(0)
NAMES = [
    'turnover', 'excluded', 'base', 'share', 'recouped', 'post', 'phase',
    'explanation']


def get_results(services):
    "Return the values of the fields of services, by id"
    results = {}
    replayed = defaultdict(list)
    for service in services:
        if service.line:
            results[service.id] = _from_line(service.line)
        elif _is_shared(service):
            replayed[service.convention].append(service)
        else:
            results[service.id] = _not_shared(service)
    for convention, group in replayed.items():
        results.update(_replayed(convention, group))
    return results


def preview(service):
    "Return the values of the fields of a service which is being typed"
    if not service.convention or not service.date:
        return dict.fromkeys(NAMES)
    # The ledger is replayed for something that can be shared only.
    if not _has_turnover(service) or not _is_shared(service):
        return _not_shared(service)
    return _replayed(service.convention, [service])[service.id]


def _has_turnover(service):
    return any(getattr(l, 'amount', None) for l in service.turnovers or [])


def _is_shared(service):
    return (
        service.scope == 'external'
        and service.state != 'cancelled'
        and bool(service.convention.version_at(service.date)))


def _not_shared(service):
    turnover = sum(
        (getattr(l, 'amount', None) or ZERO for l in service.turnovers or []
            if getattr(l, 'included', None)),
        ZERO)
    return dict.fromkeys(NAMES, ZERO) | {
        'turnover': turnover, 'phase': None, 'explanation': None}


def _replayed(convention, services):
    drafts = [s for s in services if s.state != 'declared']
    until = max(s.date for s in services)
    replay = Replay(Book(convention), until, drafts).run()
    voice = get_voice(convention)
    results = {s.id: _not_shared(s) for s in services}
    for outcome in replay.outcomes:
        if outcome.kind == 'service' and outcome.service.id in results:
            results[outcome.service.id] = _from_result(outcome.result, voice)
    return results


def _from_result(result, voice):
    return {
        'turnover': result.turnover,
        'excluded': result.excluded,
        'base': result.base,
        'share': result.share,
        'recouped': result.recouped,
        'post': result.share - result.recouped,
        'phase': result.phase,
        'explanation': '\n'.join(voice.say(result.sentences)),
        }


def _from_line(line):
    return {
        'turnover': line.turnover,
        'excluded': line.excluded,
        'base': line.base,
        'share': line.share,
        'recouped': line.recouped,
        'post': line.share - line.recouped,
        'phase': line.phase,
        'explanation': line.explanation,
        }
