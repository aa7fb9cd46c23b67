"""What is known of an unusual day: events, holidays, weather, and the days beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from server.flow.reasons import FAR_DEGREES, MUCH_RAIN_MM, KnownDays
from server.public_holidays import CountryUnknown, public_holidays
from server.storage.known_days import DayWeather, StoreEvent

DAY = date(2026, 4, 15)
FAIR = StoreEvent("Spring fair", "event", DAY - timedelta(days=1), DAY + timedelta(days=1))
SALE = StoreEvent("Spring sale", "campaign", DAY, DAY)
OWN = StoreEvent("Founders' day", "holiday", DAY, DAY)


def _weather(own: DayWeather, around: float = 12.0, days: int = 7) -> Mapping[date, DayWeather]:
    steps = [number for number in range(-days, days + 1) if number]
    return {DAY: own, **{DAY + timedelta(days=number): DayWeather(around, 0.0) for number in steps}}


@pytest.mark.parametrize(
    ("known", "texts"),
    [
        pytest.param(KnownDays(), [], id="nothing is known"),
        pytest.param(KnownDays((FAIR, SALE)), ["Spring fair", "Spring sale"], id="a fair and a campaign"),
        pytest.param(
            KnownDays((OWN,), {DAY: "Founders' day"}), ["Founders' day"], id="told twice, said once"
        ),
        pytest.param(KnownDays((), {DAY: "Good Friday"}), ["Good Friday"], id="a public holiday"),
        pytest.param(
            KnownDays((), {DAY + timedelta(days=1): "Good Friday"}),
            ["the day before Good Friday"],
            id="the day before one",
        ),
        pytest.param(
            KnownDays((SALE,), {DAY - timedelta(days=1): "Easter Monday"}),
            ["Spring sale"],
            id="a day with a reason of its own needs none of the day before",
        ),
        pytest.param(
            KnownDays(weather=_weather(DayWeather(None, MUCH_RAIN_MM))), ["10 mm of rain"], id="much rain"
        ),
        pytest.param(KnownDays(weather=_weather(DayWeather(12.0, 9.9))), [], id="some rain"),
        pytest.param(
            KnownDays(weather=_weather(DayWeather(12.0 + FAR_DEGREES, 0.0))),
            ["19 °C, 7 warmer than the days around"],
            id="a warm day in spring",
        ),
        pytest.param(
            KnownDays(weather=_weather(DayWeather(3.0, None))),
            ["3 °C, 9 colder than the days around"],
            id="a cold day",
        ),
        pytest.param(
            KnownDays(weather=_weather(DayWeather(30.0, None), days=2)),
            [],
            id="too few days around are known",
        ),
    ],
)
def test_what_is_known_of_a_day_is_said(known: KnownDays, texts: list[str]) -> None:
    assert [reason.text for reason in known.reasons(DAY)] == texts


def test_public_holidays_have_their_names() -> None:
    assert public_holidays("de-by", (2026,))[date(2026, 1, 6)] == "Epiphany"
    assert date(2026, 1, 6) not in public_holidays("DE", (2026,))


@pytest.mark.parametrize("place", ["XX", "DE-XX"])
def test_a_country_that_nobody_knows_is_refused_with_how_to_name_one(place: str) -> None:
    with pytest.raises(CountryUnknown, match=f"no holidays are known of '{place}'") as refused:
        public_holidays(place, (2026,))
    assert "DE-BY" in refused.value.hint
