"""The stories by name: `make demo STORY=name` adds one to the demo."""
from . import convention, cooperative, equipment, places, season


def tell_convention(progress):
    "A real draft convention and its first settled season"
    house = cooperative.build(progress)
    agreement = convention.build(house, progress)
    lent = equipment.build(house, agreement, progress)
    season.build(house, agreement, progress, lent)
    places.build(house, progress)
    cooperative.leave(house)


STORIES = {
    'convention': tell_convention,
    }
