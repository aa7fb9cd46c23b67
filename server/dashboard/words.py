"""Values as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from server.api.shapes import plain
from server.config import StoreSettings
from server.metrics.glossary import NO_DATA, TOO_FEW

FULL_COVERAGE = 0.95
"""Below it a page says that the cameras watched only part of the time."""

_FINE_BELOW_SECONDS = 10
_CENT = Decimal("0.01")


class Rate(Protocol):
    """A rate of two counts."""

    @property
    def value(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def enough(self) -> bool: ...
    @property
    def denominator(self) -> int: ...


def number(value: float | None, decimals: int = 0) -> str:
    """1,234 or 2.5."""
    return NO_DATA if value is None else f"{value:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def amount(value: Decimal | None) -> str:
    """1,234.50, without its currency."""
    if value is None:
        return NO_DATA
    return f"{value.quantize(_CENT, ROUND_HALF_UP):,}".replace("-", "\N{MINUS SIGN}")


def percent(share: float | None, decimals: int = 0) -> str:
    """43 % from 0.43."""
    return NO_DATA if share is None else f"{share * 100:,.{decimals}f}\N{NO-BREAK SPACE}%"


def rate(value: Rate | None) -> str:
    """43 %; or that there are too few to say, or no data."""
    if value is None:
        return NO_DATA
    return percent(value.value, 1) if value.enough else TOO_FEW


def likely(value: Rate | None) -> str:
    """The range that a rate lies in, in words; nothing where there is none to give."""
    if value is None or not value.enough or value.low is None or value.high is None:
        return ""
    return f"likely {value.low * 100:.1f} to {percent(value.high, 1)}"


class Staffed(Protocol):
    """Entries of which some may be known to be staff's."""

    @property
    def raw_entries(self) -> int | None: ...
    @property
    def staff_entries(self) -> int | None: ...


def with_staff(figures: Staffed) -> str:
    """52 with staff; nothing where staff are not told apart."""
    if figures.staff_entries is None:
        return ""
    return f"{number(figures.raw_entries)} with staff"


def duration(seconds: float | None) -> str:
    """45 s, 2 min 05 s or 1 h 03 min."""
    if seconds is None:
        return NO_DATA
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return _joined(f"{hours} h", f"{minutes_left:02} min")
    return _joined(f"{minutes} min", f"{rest:02} s") if minutes else _joined(f"{rest} s")


def limit(seconds: float) -> str:
    """3 min or 45 s: a duration that somebody chose, without seconds where there are none."""
    return _joined(f"{seconds / 60:.0f} min") if seconds >= 60 and seconds % 60 == 0 else duration(seconds)


def fine_duration(seconds: float) -> str:
    """0.4 s; from ten seconds on as any duration."""
    return duration(seconds) if seconds >= _FINE_BELOW_SECONDS else _joined(f"{seconds:.1f} s")


def clock(at: datetime, time_zone: str, seconds: bool = False) -> str:
    """14:05 on the store's clock."""
    return at.astimezone(ZoneInfo(time_zone)).strftime("%H:%M:%S" if seconds else "%H:%M")


def moment(at: datetime, time_zone: str) -> str:
    """3 Mar 2026, 14:05 on the store's clock."""
    local = at.astimezone(ZoneInfo(time_zone))
    return f"{local.day} {local:%b %Y, %H:%M}"


def long_day(day: date) -> str:
    """Tue, 3 March 2026."""
    return f"{day:%a}, {day.day} {day:%B %Y}"


def short_day(day: date, *, year: bool = False) -> str:
    """Tue, 3 Mar, or Tue, 3 Mar 2026."""
    return f"{day:%a}, {day.day} {day:%b}{f' {day.year}' if year else ''}"


def iso_day(day: str) -> str:
    """Tue, 3 Mar 2026, from the form in which the API gives days."""
    return short_day(date.fromisoformat(day), year=True)


def store_name(store: str, stores: Mapping[str, StoreSettings]) -> str:
    """What people call a store; its id where it is not, or no longer, in the configuration."""
    return stores[store].name if store in stores else store


def _joined(*parts: str) -> str:
    return " ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts)


FILTERS = {
    "plain": plain,
    "number": number,
    "amount": amount,
    "percent": percent,
    "rate": rate,
    "likely": likely,
    "with_staff": with_staff,
    "duration": duration,
    "limit": limit,
    "fine_duration": fine_duration,
    "clock": clock,
    "moment": moment,
    "long_day": long_day,
    "short_day": short_day,
    "iso_day": iso_day,
    "store_name": store_name,
}
"""What templates may call."""
