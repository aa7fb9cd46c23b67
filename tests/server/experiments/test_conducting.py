"""An experiment from its plan to its end, in a shop with a real database."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.config import Settings
from server.experiments import conducting, keeping
from server.experiments.assigning import assign
from server.experiments.errors import NoSuchExperiment, NotNow, PlanRefused
from server.experiments.plans import Guard, Measure, Plan
from server.experiments.results import State, result, sized
from server.experiments.tending import tend
from server.figures.terms import calendar_of
from server.metrics.rows import PlanogramRow
from server.storage import experiments as held
from server.storage.database import open_database, writing
from tests.server.experiments.shop import FIRST, spend, tea_shop
from tests.server.filling import STORE, berlin_store, lay_out, settings_for

KEY = bytes(range(16))
DAYS = 14


def plan(**changes: Any) -> Plan:
    given = {"name": "tea", "stores": (STORE,), "zones": ("tea",), "least_effect": 0.05, "days": DAYS}
    return Plan.model_validate(given | changes)


@dataclass(frozen=True)
class Conducted:
    settings: Settings
    over: datetime


def conduct(folder: Path, uplift: float, days: int = DAYS, history: int = 0, **changes: Any) -> Conducted:
    """Some days before, then so many days of an experiment, or less if it ends."""
    settings = tea_shop(folder)
    calendar = calendar_of(settings.stores[STORE])
    begins = FIRST + timedelta(days=7)
    now = calendar.business_day(begins).begin - timedelta(hours=2)
    for day in range(7 - history, 7):
        spend(settings, calendar, FIRST + timedelta(days=day), None, 2, 0)
    with open_database(settings.database) as db:
        with writing(db):
            conducting.propose(db, settings, plan(**changes), now)
        assert conducting.start(db, settings, "tea", None, KEY, now) == begins
        for day in range(days):
            seen = next(iter(keeping.running_in(db, settings, STORE)), None)
            if seen is None:
                break
            now = spend(settings, calendar, begins + timedelta(days=day), seen, 2, uplift)
            tend(db, settings, now + timedelta(hours=3))
    return Conducted(settings, now + timedelta(hours=3))


@pytest.fixture(scope="module")
def helped(tmp_path_factory: pytest.TempPathFactory) -> Conducted:
    return conduct(tmp_path_factory.mktemp("helped"), 0.15, history=7)


def test_what_helps_is_found_and_said_in_a_sentence(helped: Conducted) -> None:
    with open_database(helped.settings.database, read_only=True) as db:
        found = result(db, helped.settings, "tea", helped.over)
    arm = found.looks[-1].arms[0]
    assert arm.beyond_chance
    assert arm.low is not None
    assert arm.high is not None
    assert arm.low < 0.15 < arm.high
    assert found.sentences[0].startswith("Conversion of the zone 3")
    assert " against 1" in found.sentences[0]
    assert "It helps: this is more than chance." in found.sentences


def test_sums_of_blocks_are_those_of_the_shop_without_its_wash_outs(helped: Conducted) -> None:
    begins = FIRST + timedelta(days=7)
    with open_database(helped.settings.database, read_only=True) as db:
        measured = keeping.measured(db, "tea")
        (seen,) = keeping.running_in(db, helped.settings, STORE)
        expected = {"control": 0, "shown": 0}
        for at, visits in db.execute("SELECT bucket_start / 1000000, dwell_n FROM zone_counts"):
            given = assign(seen, "tea", datetime.fromtimestamp(at, tz=helped.over.tzinfo))
            if given is not None and not given.washing_out:
                expected[given.arm] += visits
    sums = dict.fromkeys(expected, 0.0)
    for one in measured:
        sums[one.arm] += one.sums[Measure.ZONE_CONVERSION][1]
    assert sums == expected
    assert {one.day for one in measured} == {begins + timedelta(days=day) for day in range(DAYS)}


def test_tending_twice_changes_nothing(helped: Conducted) -> None:
    with open_database(helped.settings.database) as db:
        before = result(db, helped.settings, "tea", helped.over)
        tend(db, helped.settings, helped.over)
        assert result(db, helped.settings, "tea", helped.over) == before


def test_a_plan_that_has_begun_is_never_changed(helped: Conducted) -> None:
    with open_database(helped.settings.database) as db:
        with pytest.raises(NotNow, match="its plan is not changed any more"), writing(db):
            conducting.propose(db, helped.settings, plan(days=28), helped.over)
        with pytest.raises(NotNow, match="has begun, so what it found is kept"):
            conducting.forget(db, "tea")
        with pytest.raises(NotNow, match="has begun already"):
            conducting.start(db, helped.settings, "tea", None, KEY, helped.over)
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            db.execute("UPDATE experiments SET plan = '{}' WHERE name = 'tea'")


def test_a_second_experiment_in_the_same_zone_has_to_wait(helped: Conducted) -> None:
    early = helped.over - timedelta(days=5)
    with open_database(helped.settings.database) as db:
        with writing(db):
            conducting.propose(db, helped.settings, plan(name="tea-2"), early)
        with pytest.raises(
            NotNow, match="the zone tea is in the experiment tea from 2026-03-09 until 2026-03-23"
        ):
            conducting.start(db, helped.settings, "tea-2", None, KEY, early)
        conducting.forget(db, "tea-2")


def test_an_experiment_that_is_over_before_another_begins_may_go_first(tmp_path: Path) -> None:
    settings = tea_shop(tmp_path)
    now = calendar_of(settings.stores[STORE]).business_day(FIRST).begin
    with open_database(settings.database) as db:
        with writing(db):
            for name in ("later", "sooner", "between"):
                conducting.propose(db, settings, plan(name=name), now)
        conducting.start(db, settings, "later", FIRST + timedelta(days=DAYS + 1), KEY, now)
        assert conducting.start(db, settings, "sooner", None, KEY, now) == FIRST + timedelta(days=1)
        with pytest.raises(NotNow, match="two at once could not be told apart"):
            conducting.start(db, settings, "between", FIRST + timedelta(days=2), KEY, now)


def test_of_a_figure_that_never_varies_nobody_says_how_long_it_takes(tmp_path: Path) -> None:
    settings = tea_shop(tmp_path)
    lay_out(settings, [PlanogramRow("never-sold", "tea", None, None)])
    calendar = calendar_of(settings.stores[STORE])
    days = [FIRST + timedelta(days=day) for day in range(7)]
    now = [spend(settings, calendar, day, None, 1.0, 0.0) for day in days][-1]
    with open_database(settings.database, read_only=True) as db:
        found, sentence = sized(db, settings, plan(), now)
    assert found is None
    assert "in the last 7 days zone-conversion did not vary" in sentence


def test_the_past_says_how_long_a_plan_has_to_be(helped: Conducted) -> None:
    with open_database(helped.settings.database, read_only=True) as db:
        small, _ = sized(db, helped.settings, plan(least_effect=0.01), helped.over)
        large, sentence = sized(db, helped.settings, plan(least_effect=0.2), helped.over)
    assert small is not None
    assert large is not None
    assert large.days_needed < DAYS < small.days_needed
    assert small.detectable == large.detectable
    assert sentence.endswith("enough for +20.0 points.")


@pytest.mark.parametrize(
    ("uplift", "days", "said"),
    [
        pytest.param(0.0, 0, "Nothing has been measured yet: its first day is 2026-03-09.", id="no day"),
        pytest.param(
            0.0,
            2,
            "Nothing is said between looks, for whoever looks often enough always sees something.",
            id="early",
        ),
        pytest.param(
            0.0,
            7,
            "It cannot be said yet whether it helps: what is seen so far may be chance.",
            id="one look",
        ),
    ],
)
def test_what_cannot_be_said_yet_is_said(tmp_path: Path, uplift: float, days: int, said: str) -> None:
    conducted = conduct(tmp_path, uplift, days)
    with open_database(conducted.settings.database, read_only=True) as db:
        assert said in result(db, conducted.settings, "tea", conducted.over).sentences


def test_without_tickets_there_is_no_data_and_why(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    calendar = calendar_of(settings.stores[STORE])
    now = calendar.business_day(FIRST).begin
    with open_database(settings.database) as db:
        with writing(db):
            conducting.propose(db, settings, plan(), now)
        conducting.start(db, settings, "tea", None, KEY, now)
        later = now + timedelta(days=9)
        tend(db, settings, later)
        found = result(db, settings, "tea", later)
        assert sized(db, settings, plan(), later)[0] is None
    assert found.state is State.RUNNING
    assert any(sentence.startswith("There is no data: zone-conversion") for sentence in found.sentences)
    assert "Nothing can be said yet: too little was measured" in found.sentences[0]


def test_a_store_that_is_gone_is_named(helped: Conducted) -> None:
    without = helped.settings.model_copy(update={"stores": {}})
    with open_database(helped.settings.database, read_only=True) as db:
        found = result(db, without, "tea", helped.over)
        assert keeping.running_in(db, without, STORE) == ()
    assert any("The store corner is gone from the configuration" in said for said in found.sentences)


def test_harm_to_a_guarded_figure_ends_an_experiment(tmp_path: Path) -> None:
    guards = (Guard(measure=Measure.ZONE_CONVERSION),)
    guarded: dict[str, Any] = {"measure": Measure.ENGAGEMENT, "guards": guards}
    conducted = conduct(tmp_path, -0.18, 10, **guarded)
    with open_database(conducted.settings.database, read_only=True) as db:
        found = result(db, conducted.settings, "tea", conducted.over)
        assert keeping.running_in(db, conducted.settings, STORE) == ()
    assert found.state is State.OVER
    assert found.stopped_why is not None
    assert found.stopped_why.startswith("conversion of the zone got worse with shown:")


def test_chances_of_thompson_are_drawn_for_tomorrow_and_kept(tmp_path: Path) -> None:
    conducted = conduct(tmp_path, 0.2, 8, design="thompson")
    with open_database(conducted.settings.database) as db:
        (seen,) = keeping.running_in(db, conducted.settings, STORE)
        tend(db, conducted.settings, conducted.over)
        assert keeping.running_in(db, conducted.settings, STORE) == (seen,)
    days = [FIRST + timedelta(days=9 + number) for number in range(len(seen.odds))]
    assert [odds.since for odds in seen.odds] == days
    assert seen.odds[-1].shares["shown"] > 0.7
    assert seen.odds[-1].shares["control"] >= 0.2


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"stores": ("nowhere",)}, "there is no store 'nowhere'", id="unknown store"),
        pytest.param({"zones": ("coffee",)}, "the store corner has no zone 'coffee'", id="unknown zone"),
        pytest.param(
            {"design": "stores", "stores": (STORE, "second")}, "2 stores are too few", id="few stores"
        ),
    ],
)
def test_a_plan_that_cannot_be_measured_is_refused(tmp_path: Path, changes: dict[str, Any], why: str) -> None:
    settings = settings_for(tmp_path, **{STORE: berlin_store(), "second": berlin_store()})
    now = calendar_of(settings.stores[STORE]).business_day(FIRST).begin
    with open_database(settings.database) as db, pytest.raises(PlanRefused, match=why):
        conducting.propose(db, settings, plan(**changes), now)


def test_what_is_not_there_or_not_begun_cannot_be_stopped(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    now = calendar_of(settings.stores[STORE]).business_day(FIRST).begin
    with open_database(settings.database) as db:
        with pytest.raises(NoSuchExperiment, match="there is no experiment 'tea'"):
            conducting.stop(db, settings, "tea", "no reason", now)
        with writing(db):
            conducting.propose(db, settings, plan(), now)
        with pytest.raises(NotNow, match="has not begun"):
            conducting.stop(db, settings, "tea", "no reason", now)
        with pytest.raises(NotNow, match="begins with a whole day"):
            conducting.start(db, settings, "tea", date(2026, 3, 1), KEY, now)
        conducting.start(db, settings, "tea", None, KEY, now)
        conducting.stop(db, settings, "tea", "no reason", now)
        found = result(db, settings, "tea", now)
    assert found.sentences[-1] == "It was ended before a day of it was over, so nothing was measured."


def test_once_stopped_every_zone_is_as_if_there_were_no_experiment(tmp_path: Path) -> None:
    conducted = conduct(tmp_path, 0.0, 3)
    with open_database(conducted.settings.database) as db:
        (seen,) = keeping.running_in(db, conducted.settings, STORE)
        conducting.stop(db, conducted.settings, "tea", "the shelf is rebuilt", conducted.over)
        row = held.get(db, "tea")
        assert row is not None
        stopped = keeping.seen_by(db, conducted.settings, keeping.read(row), STORE)
        found = result(db, conducted.settings, "tea", conducted.over)
    later = conducted.over + timedelta(hours=10)
    assert assign(seen, "tea", later) is not None
    assert assign(stopped, "tea", later) is None
    assert assign(stopped, "tea", conducted.over - timedelta(days=1)) is not None
    assert found.sentences == (
        "Ended: the shelf is rebuilt.",
        "It was ended after 3 days, before its first look after 7, so nothing can be said of it.",
    )


def test_what_was_ended_between_two_looks_is_over_and_says_so(tmp_path: Path) -> None:
    conducted = conduct(tmp_path, 0.0, 8)
    with open_database(conducted.settings.database) as db:
        conducting.stop(db, conducted.settings, "tea", "the shelf is rebuilt", conducted.over)
        found = result(db, conducted.settings, "tea", conducted.over)
    assert found.state is State.OVER
    assert not any("yet" in sentence for sentence in found.sentences)
    assert "It is over, and it cannot be said whether it helps" in found.sentences[2]
