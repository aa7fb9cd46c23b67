"""The most taken ways in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from server.api.parts import RateShape
from server.api.path_shapes import LeavingShape, PathsShape, StopShape, WayShape

MOST_SENTENCES = 8

OTHER_CAMERAS = (
    "A camera sees only its own zones and lines: who goes on to where another camera looks "
    "counts as not seen again."
)


def with_sentences(shape: PathsShape) -> PathsShape:
    """The paths with the most taken way from each stop in words, those of most people first.

    To be made of what is left when figures of few people are left out.
    """
    told = [
        (leaving, way) for camera in shape.cameras for leaving in camera.leaving for way in _best(leaving)
    ]
    told.sort(key=lambda one: -(one[1].people or 0))
    sentences = [_sentence(leaving, way) for leaving, way in told[:MOST_SENTENCES]]
    return shape.model_copy(update={"sentences": sentences})


def _best(leaving: LeavingShape) -> Iterator[WayShape]:
    """The way of most people, if enough left for it to be said."""
    known = [way for way in leaving.ways if way.share and way.share.enough and way.share.numerator]
    if known and not leaving.suppressed:
        yield known[0]


def _sentence(leaving: LeavingShape, way: WayShape) -> str:
    assert way.share
    return f"{_who(leaving.stop, way.share)} {_did(leaving.stop, way.to)} ({_how_sure(way.share)})."


def _who(stop: StopShape, share: RateShape) -> str:
    of = f"{share.numerator:,} of {share.denominator:,}"
    match stop.kind:
        case "in":
            return f"Of those who came in by {stop.name}, {of}"
        case "out":
            return f"Of those who went out by {stop.name}, {of}"
        case "zone":
            return f"After {stop.name}, {of}"


def _did(origin: StopShape, to: StopShape) -> str:
    if to.stop == origin.stop:
        return "came back to it next"
    match to.kind:
        case "in":
            return f"came in by {to.name} next"
        case "out":
            return f"went out by {to.name} next"
        case "zone":
            return f"went to {to.name} {'first' if origin.kind == 'in' else 'next'}"


def _how_sure(share: RateShape) -> str:
    assert share.value is not None
    value = f"{share.value * 100:.0f}\N{NO-BREAK SPACE}%"
    if share.low is None or share.high is None:
        return value
    return f"{value}, likely {share.low * 100:.0f} to {share.high * 100:.0f}\N{NO-BREAK SPACE}%"
