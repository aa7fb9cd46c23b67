"""Requests are refused as a whole, in a sentence that names the place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from server.staffing.reading import RequestUnreadable, in_words, read_request
from tests.server.staffing.requests import WEEK, asked, person

NEED = {"begin": "08:00", "end": "12:00", "skill": "till", "wanted": 1}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param(
            {"people": [person("Ann"), person("Ann")]}, "Ann stands there twice", id="one name twice"
        ),
        pytest.param(
            {"needs": [{**NEED, "skill": "bakery"}]}, "nobody has the skill bakery", id="a skill of nobody"
        ),
        pytest.param(
            {"people": [person(" Ann")]}, "people no. 1, name: ' Ann' is no name", id="a blank in front"
        ),
        pytest.param(
            {"people": [person("Ann"), {"name": "Bob"}]},
            "people no. 2, skills: Field required",
            id="left out",
        ),
        pytest.param(
            {"people": [person("Ann", least_hours=41)]}, "least_hours is more than", id="least over most"
        ),
        pytest.param({"step_minutes": 20}, "step_minutes is 15, 30 or 60", id="steps of 20 minutes"),
        pytest.param({"budget": float("inf")}, "budget: Input should be less", id="a budget without end"),
        pytest.param({"budget": float("nan")}, "budget: Input should be", id="a budget that is no number"),
        pytest.param({"first_day": "9999-12-31"}, "the year 9999", id="the end of time"),
        pytest.param(
            {"people": [person("Ann", away=[{"begin": "9999-12-31"}])]},
            "people no. 1, away no. 1, begin: the year 9999",
            id="away at the end of time",
        ),
        pytest.param(
            {"people": [person("Ann", away=[{"begin": "2026-03-03", "end": "2026-03-02"}])]},
            "away no. 1: ends before it begins",
            id="an absence that ends before it begins",
        ),
        pytest.param(
            {"people": [person("Ann", last_end="2026-03-01T20:00+01:00")]},
            "last_end: is local to the store and takes no offset",
            id="an offset",
        ),
        pytest.param(
            {"traffic": [{"begin": "2026-03-02T10:00:00Z"}]}, "takes no offset", id="traffic with an offset"
        ),
        pytest.param(
            {"traffic": [{"begin": "2026-03-02T10:00"}, {"begin": "2026-03-02T10:30"}]},
            "the hour 2026-03-02 10:00 stands there twice",
            id="an hour of traffic twice",
        ),
        pytest.param(
            {"rules": {"shortest_hours": 4.1, "longest_hours": 4.4}},
            "no shift of whole steps of 30 minutes",
            id="no shift between the two lengths",
        ),
        pytest.param(
            {"hours": {"monday": {"opens": "16:00", "closes": "08:00"}}},
            "hours, monday: closes at 08:00, not after it opens at 16:00; shifts end at midnight (00:00)",
            id="closed before it opens",
        ),
        pytest.param(
            {"rules": {"break_after_hours": 4, "break_minutes": 180, "break_margin_hours": 4}},
            "rules: no shift is possible: from break_after_hours 4 on each has a break",
            id="breaks that fit into no shift",
        ),
        pytest.param(
            {"hours": {"holiday": {"opens": "08:00", "closes": "09:00"}}}, "holiday", id="no such day"
        ),
        pytest.param({"wages": 4}, "wages: Extra inputs", id="a word that is not known"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        asked(**changes)
    assert sentence in "; ".join(in_words(refused.value))


def test_of_very_many_mistakes_the_first_are_told_and_the_others_counted() -> None:
    with pytest.raises(ValidationError) as refused:
        asked(people=[{"name": f"p{number}"} for number in range(50)])
    told = list(in_words(refused.value))
    assert (len(told), told[-1]) == (21, "and 130 more")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        pytest.param(
            "week.toml", b"days = ", "is not TOML: Invalid value (at end of document)", id="cut off"
        ),
        pytest.param("week.json", b"{", "is not JSON: ", id="cut off, JSON"),
        pytest.param("week.toml", b"\xff\xfe", "cannot be read: ", id="not UTF-8"),
        pytest.param("week.json", b"[" * 100_000, "is nested too deeply", id="nested without end"),
        pytest.param("week.json", b"[]", "the request: ", id="a list"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(RequestUnreadable) as refused:
        read_request(file)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        pytest.param("begin,entries\n", "does not begin with the header", id="another header"),
        pytest.param(
            "begin,entries,transactions\n2026-03-02T10:00,1,2\nnow,1,2\n", "line 3: begin: ", id="no time"
        ),
        pytest.param(
            "begin,entries,transactions\n2026-03-02T10:00,-1,2\n", "line 2: entries: ", id="negative"
        ),
        pytest.param("begin,entries,transactions\n2026-03-02T10:00\n", "line 2: ", id="a short line"),
        pytest.param("begin,entries,transactions\n2026-03-02T10:00,1,2,3\n", "line 2: ", id="a long line"),
    ],
)
def test_traffic_that_is_wrong_is_named_with_its_line(tmp_path: Path, lines: str, sentence: str) -> None:
    week, traffic = tmp_path / "week.toml", tmp_path / "traffic.csv"
    week.write_text(WEEK, encoding="utf-8")
    traffic.write_text(lines, encoding="utf-8")
    with pytest.raises(RequestUnreadable) as refused:
        read_request(week, traffic)
    assert sentence in str(refused.value)
