from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from server.api.parts import RateShape
from server.dashboard import words

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "text"), [(None, "no data"), (0, "0"), (1234, "1,234"), (-3, "\N{MINUS SIGN}3")]
)
def test_numbers(value: int | None, text: str) -> None:
    assert words.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "no data"), ("1234.565", "1,234.57"), ("-24.9", "\N{MINUS SIGN}24.90"), ("0", "0.00")],
)
def test_amounts(value: str | None, text: str) -> None:
    assert words.amount(None if value is None else Decimal(value)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "no data"),
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (125, "2 min 05 s"),
        (3 * 3600 + 240, "3 h 04 min"),
    ],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert words.duration(seconds).replace(NBSP, " ") == text


def rate(numerator: int, denominator: int, *, enough: bool = True) -> RateShape:
    value = numerator / denominator if denominator else None
    bounds = (0.1, 0.3) if value is not None and value <= 1 else (None, None)
    return RateShape(
        numerator=numerator,
        denominator=denominator,
        value=value,
        low=bounds[0],
        high=bounds[1],
        enough=enough,
    )


@pytest.mark.parametrize(
    ("value", "text", "likely"),
    [
        pytest.param(None, "no data", "", id="unknown"),
        pytest.param(rate(1, 5), "20.0 %", "likely 10.0 to 30.0 %", id="a share"),
        pytest.param(rate(6, 5), "120.0 %", "", id="above one"),
        pytest.param(rate(1, 5, enough=False), "too few visitors to say", "", id="too few"),
        pytest.param(rate(0, 0, enough=False), "too few visitors to say", "", id="nobody"),
    ],
)
def test_rates(value: RateShape | None, text: str, likely: str) -> None:
    assert words.rate(value).replace(NBSP, " ") == text
    assert words.likely(value).replace(NBSP, " ") == likely


def test_times_are_the_stores() -> None:
    at = datetime(2026, 3, 3, 23, 30, 5, tzinfo=UTC)
    assert words.clock(at, "Europe/Berlin") == "00:30"
    assert words.clock(at, "Europe/Berlin", seconds=True) == "00:30:05"
    assert words.moment(at, "Europe/Berlin") == "4 Mar 2026, 00:30"
    assert words.long_day(date(2026, 3, 4)) == "Wed, 4 March 2026"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        pytest.param(0.36, "0.4 s", id="less than a second"),
        pytest.param(9.9, "9.9 s", id="just below ten"),
        pytest.param(12.4, "12 s", id="whole seconds"),
        pytest.param(125, "2 min 05 s", id="minutes"),
    ],
)
def test_short_times_have_a_decimal(seconds: float, said: str) -> None:
    assert words.fine_duration(seconds).replace("\N{NO-BREAK SPACE}", " ") == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(180, "3 min"), (45, "45 s"), (100, "1 min 40 s"), (3600, "60 min")],
)
def test_a_limit_is_said_as_people_choose_it(seconds: float, said: str) -> None:
    assert words.limit(seconds).replace("\N{NO-BREAK SPACE}", " ") == said
