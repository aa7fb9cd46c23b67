"""Instants, money and quantities as the whole numbers that the tables hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TEN_THOUSAND = Decimal(10_000)


def to_us(at: datetime) -> int:
    """Microseconds since 1970 of an aware instant."""
    return (at - _EPOCH) // _MICROSECOND


def from_us(microseconds: int) -> datetime:
    """The instant in UTC."""
    return _EPOCH + microseconds * _MICROSECOND


def from_us_or_none(microseconds: int | None) -> datetime | None:
    """The instant in UTC, or None."""
    return None if microseconds is None else from_us(microseconds)


def to_e4(value: Decimal) -> int:
    """Ten-thousandths of a value.

    Raises:
        ValueError: it has more than four decimals.
    """
    scaled = value * _TEN_THOUSAND
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{value} has more than four decimals")
    return int(scaled)


def from_e4(ten_thousandths: int) -> Decimal:
    """The value, exactly."""
    return Decimal(ten_thousandths).scaleb(-4)


def from_e4_or_none(ten_thousandths: int | None) -> Decimal | None:
    """The value, exactly, or None."""
    return None if ten_thousandths is None else from_e4(ten_thousandths)
