"""The stories by name: `make demo STORY=name` adds one to the demo.

This file imports nothing but the standard library until a story is told: the
commands read the names before anything is installed.
"""
import datetime as dt
import typing
import zoneinfo

ZONE = zoneinfo.ZoneInfo('Europe/Paris')


class Story(typing.NamedTuple):
    """What can be told

    after: the story that must be told before.
    """
    sentence: str
    tell: typing.Callable
    after: str | None = None


def tell_convention(progress):
    from . import convention, cooperative, equipment, places, season
    house = cooperative.build(progress)
    agreement = convention.build(house, progress)
    lent = equipment.build(house, agreement, progress)
    season.build(house, agreement, progress, lent)
    places.build(house, progress)
    cooperative.leave(house)


def tell_second_season(progress):
    from . import cooperative, second_season
    house = cooperative.find()
    second_season.build(house, progress)
    cooperative.leave(house)


def tell_concerts(progress):
    from . import concerts, cooperative
    house = cooperative.find()
    concerts.build(house, progress, dt.datetime.now(ZONE).date())
    cooperative.leave(house)


def tell_bar(progress):
    from . import bar, cooperative
    house = cooperative.find()
    bar.build(house, progress, dt.datetime.now(ZONE).date())
    cooperative.leave(house)


def tell_members(progress):
    from . import cooperative, members
    house = cooperative.find()
    members.build(house, progress)
    cooperative.leave(house)


STORIES = {
    'convention': Story(
        "A real draft convention and its first settled season; "
        "'make run' tells it.",
        tell_convention),
    'second-season': Story(
        "The next year of the convention: a credit note on the first season, "
        "a service of its own, a common cost, a dispute, a statement.",
        tell_second_season, after='convention'),
    'season': Story(
        "A season of concerts around today: tickets sold at a till, given "
        "back and let in, and what is on sale from tomorrow on.",
        tell_concerts, after='convention'),
    'bar': Story(
        "A bar that is open: five articles on its screen, gifts, six cards, "
        "and what has melted of one that nobody used; log in as bar, open "
        "Tills and Sell, type 1 beside the beer, BAR-001 as the card, and "
        "choose the card of the venue.",
        tell_bar, after='convention'),
    'members': Story(
        "Members: an association renews a season and makes the tax receipts "
        "of its donors, a SCIC of three colleges holds an assembly that "
        "counts in proportion and one that counts by majority in each "
        "college; print their minutes.",
        tell_members, after='convention'),
    }
