"""What the API's answers are made of: rates, durations, instants."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from server.metrics import ratios, zones
from server.metrics.glossary import GLOSSARY


def _in_utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


Instant = Annotated[datetime, PlainSerializer(_in_utc, return_type=str)]


def means(key: str) -> Any:
    """A field described in the glossary's words."""
    return Field(description=GLOSSARY[key].definition)


class Shape(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True)


class RateShape(Shape):
    """A rate of two counts with Wilson's 95 % interval; `enough` says whether it may be read."""

    numerator: int
    denominator: int
    value: float | None
    low: float | None
    high: float | None
    enough: bool


class DwellShape(Shape):
    """How long visits lasted, in seconds."""

    n: int
    mean_seconds: float | None
    median_seconds: float | None
    p90_seconds: float | None


def rate_shape(rate: ratios.Ratio | None) -> RateShape | None:
    """A rate; None where nothing is known."""
    if rate is None:
        return None
    bounds = rate.interval
    return RateShape(
        numerator=rate.numerator,
        denominator=rate.denominator,
        value=rate.value,
        low=bounds.low if bounds else None,
        high=bounds.high if bounds else None,
        enough=rate.enough,
    )


def dwell_shape(dwell: zones.Dwell | None) -> DwellShape | None:
    """Durations; None where nothing is known."""
    if dwell is None:
        return None
    return DwellShape(
        n=dwell.n,
        mean_seconds=dwell.mean_seconds,
        median_seconds=dwell.median_seconds,
        p90_seconds=dwell.p90_seconds,
    )
