"""The document about flow: every option, bound and address."""

from __future__ import annotations

import pytest
from typer.main import get_command

from server.api.flow import FLOW_ROUTES
from server.commands import app
from server.figures.hourly import LEAST_COVERAGE
from server.flow.asking import MOST_WEEKS, WEEKS
from server.flow.reasons import FAR_DEGREES, MUCH_RAIN_MM
from server.flow.together import LEAST_PAIRS
from server.flow.typical import LEAST_FOR_BAND
from server.flow.unusual import FALSE_ALARM_DAYS, LEAST_DAYS, LEAST_PEOPLE, LEAST_SAME, LEAST_SHARE
from tests.docs.reading import quoted, text_of

DOCUMENT = "docs/flow.md"


def test_every_option_is_named() -> None:
    command = get_command(app).commands["flow"]  # type: ignore[attr-defined] # a group of typer has them
    options = {name for option in command.params for name in option.opts} - {"--config", "--store"}
    assert options <= quoted(DOCUMENT) | {name.split(",")[0] for name in quoted(DOCUMENT)}
    assert "--store" in text_of(DOCUMENT)


def test_every_address_is_named() -> None:
    assert {route.path.rpartition("/")[2] for route in FLOW_ROUTES} <= {
        name.rpartition("/")[2] for name in quoted(DOCUMENT)
    }


@pytest.mark.parametrize(
    "words",
    [
        f"1 to {MOST_WEEKS}; {WEEKS} if absent",
        f"10 to 1000; {FALSE_ALARM_DAYS} if absent",
        f"but for one in {FALSE_ALARM_DAYS};",
        f"less than {LEAST_COVERAGE:.0%} was watched".replace("%", " %"),
        f"Of fewer than {LEAST_FOR_BAND} days there is no such band",
        f"less than {LEAST_SHARE:.0%} of the day's people".replace("%", " %"),
        f"differences of fewer than {LEAST_PEOPLE} people",
        f"before {LEAST_DAYS} days are known",
        f"of which fewer than {LEAST_SAME} are",
        f"{MUCH_RAIN_MM:.0f} mm of rain and more",
        f"{FAR_DEGREES:.0f} °C warmer or colder",
        f"Of fewer than {LEAST_PAIRS} hours or days",
    ],
)
def test_every_bound_is_named_as_it_is(words: str) -> None:
    assert words in text_of(DOCUMENT)
