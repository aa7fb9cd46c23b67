from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from server.pos.errors import RowRefused
from server.pos.local_time import instant
from tests.server.pos.shop import Shop

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("local", "utc", "ambiguous"),
    [
        pytest.param("2026-01-15T12:00", "2026-01-15T11:00", False, id="winter"),
        pytest.param("2026-07-15T12:00", "2026-07-15T10:00", False, id="summer"),
        pytest.param("2026-03-29T01:59:59", "2026-03-29T00:59:59", False, id="before the clock jumps"),
        pytest.param("2026-03-29T03:00", "2026-03-29T01:00", False, id="after the clock jumped"),
        pytest.param("2026-10-25T01:59:59", "2026-10-24T23:59:59", False, id="before the double hour"),
        pytest.param("2026-10-25T02:30", "2026-10-25T00:30", True, id="in the double hour"),
        pytest.param("2026-10-25T03:00", "2026-10-25T02:00", False, id="after the double hour"),
    ],
)
def test_local_time_is_right_on_both_days_on_which_the_clock_changes(
    local: str, utc: str, ambiguous: bool
) -> None:
    at, twice = instant(datetime.fromisoformat(local), BERLIN)
    assert (at, twice) == (datetime.fromisoformat(utc + "+00:00"), ambiguous)


@pytest.mark.parametrize("local", ["2026-03-29T02:00", "2026-03-29T02:59:59"])
def test_a_time_that_the_clock_jumped_over_is_refused(local: str) -> None:
    with pytest.raises(RowRefused, match="does not exist in Europe/Berlin"):
        instant(datetime.fromisoformat(local), BERLIN)


def test_double_hours_are_counted_in_the_report(shop: Shop) -> None:
    lines = [f"{n},2026-10-25 0{n}:30:00,x,1,1" for n in (1, 2, 3)]
    report = shop.take(shop.file("No,At,Item,Qty,Net", *lines))
    assert (report.ambiguous_hours, report.lines) == (1, 3)
    hours = [ticket.at.isoformat() for ticket in shop.tickets()]
    assert hours == [f"2026-10-{at}:30:00+00:00" for at in ("24T23", "25T00", "25T02")]
