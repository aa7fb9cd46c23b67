"""Events to come: as earlier ones of their name were, or an ordinary day that says it is not sure."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from server.forecasting.choosing import chosen
from server.forecasting.events import EventDay, coming_events, said_of_events
from server.forecasting.naive import MeanWeek, SeasonalNaive
from server.forecasting.series import DAY, NOTHING_KNOWN, WEEK, Forecast, Known, Panel
from tests.server.forecasting.shops import MONDAY, shop

DAYS = 140
FAIR = "street fair"
COMING = (MONDAY + timedelta(days=DAYS + 2)).date()
"""The third day of the forecast, a Wednesday."""


def _day(number: int) -> date:
    return (MONDAY + timedelta(days=number)).date()


def _known(*earlier: int) -> Known:
    return Known(events=dict.fromkeys([*map(_day, earlier), COMING], FAIR))


def _with_fairs(*days: int, times: float = 2.0) -> Panel:
    panel = shop(DAYS)
    values = panel.values.copy()
    for day in days:
        values[day * DAY : (day + 1) * DAY] *= times
    return Panel(panel.start, panel.names, values)


def _forecast(history: Panel, known: Known) -> Forecast:
    return chosen(history, known, WEEK, (SeasonalNaive(), MeanWeek())).forecast(history, known, WEEK)


def _sum(forecast: Forecast, part: str, day: int = 2) -> float:
    return float(getattr(forecast, part)[day * DAY : (day + 1) * DAY].sum())


def _width(forecast: Forecast, day: int = 2) -> float:
    return _sum(forecast, "high", day) - _sum(forecast, "low", day)


@pytest.mark.parametrize("times", [0.3, 2.0])
def test_an_event_brings_what_earlier_ones_of_its_name_brought(times: float) -> None:
    plain = _forecast(shop(DAYS), NOTHING_KNOWN)
    told = _forecast(_with_fairs(93, 114, times=times), _known(93, 114))
    assert _sum(told, "median") / _sum(plain, "median") == pytest.approx(times, rel=0.15)
    assert _sum(told, "median", 3) == pytest.approx(_sum(plain, "median", 3), rel=0.1)


def test_an_event_that_never_was_is_an_ordinary_day_with_a_wider_range() -> None:
    history = shop(DAYS)
    plain, told = _forecast(history, NOTHING_KNOWN), _forecast(history, _known())
    assert _sum(told, "median") == _sum(plain, "median")
    assert _width(told) > 2 * _width(plain)
    assert _width(told, 3) == _width(plain, 3)


def test_the_more_alike_earlier_events_were_the_narrower_is_the_range() -> None:
    once, alike = (_doubt(_with_fairs(*days), days) for days in ((93,), (72, 93, 114)))
    apart = _with_fairs(72, 93, 114)
    values = apart.values.copy()
    values[93 * DAY : 94 * DAY] *= 3
    unlike = _doubt(Panel(apart.start, apart.names, values), (72, 93, 114))
    assert alike < once < unlike


def _doubt(history: Panel, days: tuple[int, ...]) -> float:
    return float(coming_events(history, _known(*days), WEEK)[0].doubt[0])


def test_days_of_an_event_teach_nothing_about_ordinary_days() -> None:
    loud = _with_fairs(DAYS - 7, DAYS - 6, times=5.0)
    told = _forecast(loud, _known(DAYS - 7, DAYS - 6))
    plain = _forecast(shop(DAYS), NOTHING_KNOWN)
    assert _sum(told, "median", 0) == pytest.approx(_sum(plain, "median", 0), rel=0.1)


def test_a_day_of_an_event_that_was_hardly_counted_says_nothing_about_it() -> None:
    history = _with_fairs(93)
    values = history.values.copy()
    values[93 * DAY + 12 : 94 * DAY] = np.nan
    gap = Panel(history.start, history.names, values)
    (event,) = coming_events(gap, _known(93), WEEK)
    assert event.times.tolist() == [0]


def test_only_events_of_the_hours_that_are_forecast_are_told() -> None:
    history = shop(DAYS)
    assert coming_events(history, _known(), 2 * DAY) == ()
    assert [event.day for event in coming_events(history, _known(), 3 * DAY)] == [COMING]


@pytest.mark.parametrize(
    ("times", "change", "sentence"),
    [
        pytest.param(
            0,
            0.0,
            "2024-05-22 is street fair, and no earlier day of that name was counted: "
            "it is forecast as an ordinary day with a wider range.",
            id="never before",
        ),
        pytest.param(
            1,
            np.log(2),
            "2024-05-22 is street fair: 100 % more than usual are expected, "
            "from one earlier day of that name.",
            id="once, twice as many",
        ),
        pytest.param(
            3,
            np.log(0.5),
            "2024-05-22 is street fair: 50 % fewer than usual are expected, "
            "from 3 earlier days of that name.",
            id="three times, half as many",
        ),
    ],
)
def test_an_event_is_told_in_a_sentence(times: int, change: float, sentence: str) -> None:
    event = EventDay(COMING, FAIR, np.array([times]), np.array([change]), np.array([0.5]))
    assert said_of_events([event], 0) == [sentence]
