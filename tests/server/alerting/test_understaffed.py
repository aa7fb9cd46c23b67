"""Hours with too few people for what is forecast."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from server.alerting.understaffed import understaffed
from server.metrics.rows import LabourRow
from server.storage.forecasts import ForecastHour
from tests.server.filling import NOON

HOUR = timedelta(hours=1)


def shift(begin: float, end: float, people: str = "1") -> LabourRow:
    return LabourRow(NOON + begin * HOUR, NOON + end * HOUR, Decimal(people))


@pytest.mark.parametrize(
    ("entries", "shifts", "needed"),
    [
        pytest.param(60, [shift(0, 1), shift(0, 4)], None, id="two of two"),
        pytest.param(67, [shift(0, 1), shift(0, 4)], None, id="hardly more than two can serve"),
        pytest.param(68, [shift(0, 1), shift(0, 4)], 3, id="two of three"),
        pytest.param(60, [shift(-2, 0.5, "2")], 2, id="both go after half an hour"),
        pytest.param(60, [], 2, id="nobody"),
        pytest.param(0.4, [], None, id="hardly anybody is expected"),
    ],
)
def test_an_hour_is_told_in_which_people_are_missing(
    entries: float, shifts: list[LabourRow], needed: int | None
) -> None:
    found = list(understaffed([ForecastHour(NOON, entries, 0.0, 200.0)], shifts, 30.0))
    assert [each.needed for each in found] == ([] if needed is None else [needed])
