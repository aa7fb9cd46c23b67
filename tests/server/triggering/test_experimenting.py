"""What an experiment assigns is what a zone does, and what is measured afterwards has the same arms."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from server.experiments import conducting, keeping
from server.experiments.assigning import assign
from server.experiments.plans import Plan
from server.experiments.tending import tend
from server.figures.terms import calendar_of
from server.metrics.rows import PlanogramRow
from server.storage import decisions
from server.storage.database import open_database, writing
from server.triggering.choosing import by_tickets
from server.triggering.experimenting import ByExperiments
from server.triggering.usual import UsualBook
from server.triggering.watching import Watch, look
from tests.server.experiments.shop import FIRST, HOURS, OPENS, spend
from tests.server.filling import STORE, berlin_store, lay_out, settings_for

ANYBODY = {
    "zone": "tea",
    "conditions": [{"figure": "visits", "at_least": 1}],
    "cool_down_minutes": 30,
    "repeats": True,
}
PLAN = Plan(name="tea", stores=(STORE,), zones=("tea",), least_effect=0.05, days=14)


def test_each_block_is_shown_or_held_as_assigned_and_measured_with_that_arm(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, **{STORE: berlin_store(triggers={"anybody": ANYBODY})})
    lay_out(settings, [PlanogramRow("tea-1", "tea", None, None)])
    calendar = calendar_of(settings.stores[STORE])
    day = FIRST + timedelta(days=1)
    watch = Watch(ByExperiments(settings), by_tickets, UsualBook())
    with open_database(settings.database) as db:
        with writing(db):
            conducting.propose(db, settings, PLAN, calendar.business_day(FIRST).begin)
        key = bytes(range(16))
        assert conducting.start(db, settings, "tea", None, key, calendar.business_day(FIRST).begin) == day
        (experiment,) = keeping.running_in(db, settings, STORE)
        over = spend(settings, calendar, day, experiment, 2, 0.1)
        opens = datetime.combine(day, time(OPENS), calendar.time_zone).astimezone(UTC)
        looks = [opens + timedelta(minutes=60 * slot + 30) for slot in range(HOURS)]
        for at in looks:
            list(look(db, settings.stores, watch, at))
        made = decisions.between(db, STORE, opens, over, 100)
        tend(db, settings, over + timedelta(hours=3))
        blocks = {one.slot: one.arm for one in keeping.measured(db, "tea") if one.slot in range(10, 14)}

    assigned = [assign(experiment, "tea", at) for at in looks]
    assert [(one.experiment, one.arm, one.assignment) for one in made] == [
        ("tea", of.arm, of.block) for of in assigned if of
    ]
    assert [one.outcome for one in made] == [
        "held" if of.arm == "control" else "shown" for of in assigned if of
    ]
    assert {one.outcome for one in made} == {"held", "shown"}, "two neighbouring blocks have one each"
    assert [blocks[OPENS + slot] for slot in range(HOURS)] == [one.arm for one in made]
    assert [one.ended_why for one in made[:-1]] == ["expired"] * (HOURS - 1)


def test_where_no_experiment_runs_everything_is_shown(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with open_database(settings.database, read_only=True) as db:
        assert ByExperiments(settings)(db, STORE, "tea", datetime(2026, 3, 3, tzinfo=UTC)) is None
        assert ByExperiments(settings)(db, "nowhere", "tea", datetime(2026, 3, 3, tzinfo=UTC)) is None
