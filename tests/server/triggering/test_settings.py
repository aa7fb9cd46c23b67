"""Rules that cannot be meant are refused, each in a sentence with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from server.config import ConfigError, load_settings

HEAD = """\
[stores.corner]
name = "Corner shop"
time_zone = "Europe/Berlin"
[stores.corner.queues.tills]
name = "Tills"
[stores.corner.triggers.linger]
zone = "tea"
"""


def refused(folder: Path, condition: str, more: str = "") -> str:
    file = folder / "server.toml"
    file.write_text(f"{HEAD}{more}\n[[stores.corner.triggers.linger.conditions]]\n{condition}\n", "utf-8")
    with pytest.raises(ConfigError) as problem:
        load_settings(file)
    return str(problem.value)


PLACE = "stores.corner.triggers.linger"


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        pytest.param('figure = "dwell"', "needs exactly one of at_least, at_most", id="no bound"),
        pytest.param(
            'figure = "dwell"\nat_least = 1\nat_most = 2', "needs exactly one of at_least", id="two bounds"
        ),
        pytest.param('figure = "visits"\nabove_usual = 2', "only dwell and conversion know", id="no usual"),
        pytest.param(
            'figure = "hour"\nat_least = 9', "the figure hour has no at_least", id="a bound of an hour"
        ),
        pytest.param(
            'figure = "hour"\nfrom_time = "09:00"', "the figure hour needs until_time", id="half an hour"
        ),
        pytest.param('figure = "weekday"', "the figure weekday needs weekdays", id="no day"),
        pytest.param('figure = "flag"', "the figure flag needs flag", id="no flag"),
        pytest.param(
            'figure = "dwell"\nat_least = 9\nflag = "rain"', "the figure dwell has no flag", id="a stray flag"
        ),
        pytest.param('figure = "queue"\nat_least = 3', "the figure queue needs queue", id="no queue"),
        pytest.param(
            'figure = "queue"\nqueue = "bakery"\nat_least = 3',
            "queue 'bakery', which has no section; there are: tills",
            id="an unknown queue",
        ),
        pytest.param('figure = "dwell"\nat_lest = 9', "did you mean 'at_least'?", id="a slip of the pen"),
        pytest.param('figure = "weather"', "Input should be 'dwell', 'stayed'", id="an unknown figure"),
        pytest.param(
            'figure = "hour"\nfrom_time = "09:00"\nuntil_time = "09:00"', "are the same", id="an empty hour"
        ),
    ],
)
def test_a_condition_that_cannot_be_meant(tmp_path: Path, condition: str, said: str) -> None:
    told = refused(tmp_path, condition)
    assert said in told
    assert "stores.corner" in told


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param('quiet_from = "20:00"', "quiet_from and quiet_until belong together", id="half a night"),
        pytest.param(
            'quiet_from = "20:00"\nquiet_until = "20:00"', "nothing would ever be shown", id="always"
        ),
        pytest.param("cool_down_minutes = 0", f"{PLACE}.cool_down_minutes: ", id="no rest"),
        pytest.param("window_minuets = 5", "did you mean 'window_minutes'?", id="a slip of the pen"),
    ],
)
def test_a_rule_that_cannot_be_meant(tmp_path: Path, more: str, said: str) -> None:
    assert said in refused(tmp_path, 'figure = "dwell"\nat_least = 9', more)


def test_prices_between_which_nothing_lies_are_refused(tmp_path: Path) -> None:
    showing: dict[str, Any] = {"least_price": 5, "most_price": 4}
    lines = "\n".join(f"{name} = {value}" for name, value in showing.items())
    told = refused(tmp_path, f'figure = "dwell"\nat_least = 9\n[stores.corner.showing]\n{lines}')
    assert "most_price lies below least_price" in told
