"""One look at a store's zones: what holds, what begins and ends, stored in one transaction each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError
from sqlite_utils import Database

from edge.wire import Assigned, Recommendation, encode
from server.config import StoreSettings
from server.storage import decisions, zone_triggers
from server.storage.catalogue import part_rows, with_names
from server.storage.database import writing
from server.storage.decisions import Decision
from server.trigger_settings import Figure, TriggerSettings
from server.triggering.assigning import Arm, Assigning
from server.triggering.choosing import Choice, Ranking, Situation, choose
from server.triggering.facts import FactsNow
from server.triggering.hours import Opening, opening_of
from server.triggering.judging import Verdict, machine_rules, verdicts
from server.triggering.machine import Shown, Step, ZoneState, given_up, step
from server.triggering.usual import UsualBook

_STATE = TypeAdapter(ZoneState)


@dataclass(frozen=True, slots=True)
class Watch:
    """What every look needs beside the database."""

    assigning: Assigning
    ranking: Ranking
    usual: UsualBook


@dataclass(frozen=True, slots=True)
class Changed:
    """What a look changed in a zone."""

    store: str
    zone: str
    began: Decision | None
    ended: str | None = None
    why: str | None = None


def look(db: Database, stores: Mapping[str, StoreSettings], watch: Watch, now: datetime) -> Iterator[Changed]:
    """Look at all zones with rules, and at those that had some; what changed, zone by zone.

    Safe in several processes at once: of two that come to a decision, the one that stores it first has it.
    """
    watched = {(store, rule.zone) for store, of in stores.items() for rule in of.triggers.values()}
    for store, of in stores.items():
        if of.triggers:
            yield from _look_at_store(db, store, of, watch, now)
    for store, zone in set(zone_triggers.zones_with_state(db)) - watched:
        if changed := _look_at_zone(db, store, zone, {}, None, {}, watch, now):
            yield changed


def _look_at_store(
    db: Database, store_id: str, settings: StoreSettings, watch: Watch, now: datetime
) -> Iterator[Changed]:
    store = with_names(db, store_id, settings)
    facts, opening = FactsNow.of(db, store_id, store, now), opening_in(db, store_id)
    for zone in sorted({rule.zone for rule in store.triggers.values()}):
        rules = {name: rule for name, rule in store.triggers.items() if rule.zone == zone}
        seen = verdicts(store_id, facts, rules, opening, watch.usual, now)
        if changed := _look_at_zone(db, store_id, zone, rules, store, seen, watch, now):
            yield changed


def opening_in(db: Database, store: str) -> Opening:
    """When a store is open, by its catalogue."""
    return opening_of(part_rows(db, store, "hours"), part_rows(db, store, "holidays"))


def _look_at_zone(
    db: Database,
    store_id: str,
    zone: str,
    rules: Mapping[str, TriggerSettings],
    store: StoreSettings | None,
    seen: Mapping[str, Verdict],
    watch: Watch,
    now: datetime,
) -> Changed | None:
    held = zone_triggers.held(db, store_id, zone)
    before = state_of(held)
    arm = watch.assigning(db, store_id, zone, now)
    made = step(
        before,
        machine_rules(rules),
        {name: verdict.seen for name, verdict in seen.items()},
        now,
        assigned=arm.key if arm else "",
        dismissed=before.shown is not None
        and decisions.is_dismissed(db, id_of(store_id, zone, before.shown)),
    )
    decision = None
    if made.began and store is not None:
        verdict, rule = seen[made.began.rule], rules[made.began.rule]
        choice = choose(db, store, _situation(store_id, rule, verdict, now), watch.ranking)
        decision = _decided(store_id, zone, made.began, verdict, choice, arm)
        made = made if choice.products else given_up(made)
    if made.state == before and decision is None:
        return None
    with writing(db):
        # Whoever was faster has seen the same; what they did is theirs.
        if not zone_triggers.keep(db, store_id, zone, _STATE.dump_json(made.state).decode(), held):
            return None
        ended = _store(db, store_id, zone, made, decision, now)
    if decision is None and ended is None:
        return None
    return Changed(store_id, zone, decision, ended, made.ended[1].value if made.ended else None)


def state_of(held: zone_triggers.HeldState | None) -> ZoneState:
    """What is remembered of a zone; nothing where there is nothing, or where another version wrote it."""
    if held is None:
        return ZoneState()
    try:
        return _STATE.validate_json(held.text)
    except ValidationError:
        return ZoneState()


def id_of(store: str, zone: str, shown: Shown) -> str:
    """The id of what a zone shows: the same from whoever decided it."""
    words = f"{store}/{zone}/{shown.rule}/{shown.began.isoformat()}"
    return hashlib.blake2b(words.encode(), digest_size=8).hexdigest()


def _store(
    db: Database, store: str, zone: str, made: Step, decision: Decision | None, now: datetime
) -> str | None:
    """Store what a step came to; the decision that it ended."""
    ended = None
    if made.ended:
        ended = id_of(store, zone, made.ended[0])
        decisions.end(db, ended, now, made.ended[1].value)
    if decision is not None:
        decisions.add(db, decision)
    if decision is not None and decision.outcome == "shown":
        zone_triggers.say(db, store, zone, encode(_message(decision)).decode())
    elif made.state.shown is None or made.began:
        zone_triggers.say(db, store, zone, "")
    return ended


def _situation(store: str, rule: TriggerSettings, verdict: Verdict, now: datetime) -> Situation:
    return Situation(
        store,
        rule.zone,
        now,
        dwell_seconds=verdict.values.get(Figure.DWELL),
        occupancy=verdict.values.get(Figure.OCCUPANCY),
    )


def _decided(
    store: str, zone: str, began: Shown, verdict: Verdict, choice: Choice, arm: Arm | None
) -> Decision:
    shows = arm is None or arm.shows
    return Decision(
        id=id_of(store, zone, began),
        store=store,
        zone=zone,
        rule=began.rule,
        at=began.began,
        expires=began.expires,
        outcome="nothing" if not choice.products else "shown" if shows else "held",
        products=choice.products,
        reasons=verdict.reasons if choice.products else (choice.why_nothing,),
        experiment=arm.experiment if arm else None,
        arm=arm.arm if arm else None,
        assignment=arm.assignment if arm else None,
        washing_out=arm.washing_out if arm else False,
    )


def _message(decision: Decision) -> Recommendation:
    assigned = None
    if decision.experiment and decision.arm and decision.assignment:
        assigned = Assigned(experiment=decision.experiment, arm=decision.arm, assignment=decision.assignment)
    return Recommendation(
        store=decision.store,
        zone=decision.zone,
        recommendation=decision.id,
        trigger=decision.rule,
        begins=decision.at,
        expires=decision.expires,
        products=decision.products,
        reasons=decision.reasons[:10],
        experiment=assigned,
    )
