"""What a decision tree asked on its way, in the words of a shop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np

from server.recommending.asking import Query
from server.recommending.baskets import NOBODY
from server.recommending.situation import Encoder
from server.sections import DAY_NAMES

_HOURS = 24


@dataclass(frozen=True, slots=True)
class Step:
    """One question of a tree: which number of the row, and on which side of a limit it lies."""

    number: int
    limit: float
    above: bool


def in_words(step: Step, encoder: Encoder, groups: Sequence[str], query: Query) -> str:
    """A step as a part of a sentence; empty where it asks for what nobody knows here, and so is no reason."""
    for block, numbers in encoder.blocks.items():
        if len(numbers) and numbers[0] <= step.number <= numbers[-1]:
            place = step.number - int(numbers[0])
            return _WORDS[block](step, place, encoder, groups, query) if _is_known(block, query) else ""
    return ""


def _is_known(block: str, query: Query) -> bool:
    context = query.context
    return {
        "hour": context.hour is not None,
        "weekday": context.day is not None,
        "dwell": context.dwell_seconds is not None,
        "occupancy": context.occupancy is not None,
        "zone": context.zone is not None,
        "basket": len(query.basket) > 0,
        "customer's history": query.customer != NOBODY,
    }[block]


Saying = Callable[[Step, int, Encoder, Sequence[str], Query], str]


def _hour(step: Step, place: int, _encoder: Encoder, _groups: Sequence[str], query: Query) -> str:
    if place > 1 or query.context.hour is None:
        return ""
    wave = (np.sin, np.cos)[place]
    now = query.context.hour % _HOURS

    def is_so(hour: int) -> bool:
        return bool(np.float32(wave(2 * np.pi * hour / _HOURS)) > step.limit) is step.above

    before = len(list(takewhile(is_so, (now - back for back in range(1, _HOURS)))))
    after = len(list(takewhile(is_so, (now + on for on in range(1, _HOURS)))))
    if before + after + 1 >= _HOURS:
        return ""
    return f"between {(now - before) % _HOURS:02}:00 and {(now + after + 1) % _HOURS:02}:00"


def _weekday(step: Step, place: int, _encoder: Encoder, _groups: Sequence[str], _query: Query) -> str:
    return f"{'on' if step.above else 'not on'} a {DAY_NAMES[place]}"


def _dwell(step: Step, place: int, _encoder: Encoder, _groups: Sequence[str], _query: Query) -> str:
    return "" if place else f"visitors stay {_than(step)} {step.limit:.2g} minutes"


def _occupancy(step: Step, place: int, _encoder: Encoder, _groups: Sequence[str], _query: Query) -> str:
    return "" if place else f"{_than(step)} {step.limit:.2g} people in zones"


def _zone(step: Step, place: int, encoder: Encoder, _groups: Sequence[str], _query: Query) -> str:
    return f"{'in' if step.above else 'not in'} the zone {encoder.zones[place]}"


def _basket(step: Step, place: int, _encoder: Encoder, groups: Sequence[str], _query: Query) -> str:
    if step.limit < 1:
        return f"{'' if step.above else 'no '}{groups[place]} in the basket"
    return f"{_than(step)} {int(step.limit)} of {groups[place]} in the basket"


def _history(step: Step, place: int, _encoder: Encoder, groups: Sequence[str], _query: Query) -> str:
    return f"{_than(step)} {100 * step.limit:.2g} % of what this customer bought is {groups[place]}"


def _than(step: Step) -> str:
    return "more than" if step.above else "at most"


_WORDS: Mapping[str, Saying] = {
    "hour": _hour,
    "weekday": _weekday,
    "dwell": _dwell,
    "occupancy": _occupancy,
    "zone": _zone,
    "basket": _basket,
    "customer's history": _history,
}
