"""How a store's rules stand at a moment, without deciding anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from server.config import StoreSettings
from server.storage import zone_triggers
from server.triggering.facts import FactsNow
from server.triggering.judging import Verdict, machine_rules, verdicts
from server.triggering.machine import Blocked, step
from server.triggering.usual import UsualBook
from server.triggering.watching import opening_in, state_of


@dataclass(frozen=True, slots=True)
class Standing:
    """One rule at a moment; `blocked`: why it shows nothing new though it holds."""

    rule: str
    zone: str
    verdict: Verdict
    blocked: Blocked | None
    rests_until: datetime | None


def standings(db: Database, store_id: str, store: StoreSettings, now: datetime) -> list[Standing]:
    """How all rules of a store stand, by zone and name."""
    return list(_standings(db, store_id, store, now)) if store.triggers else []


def _standings(db: Database, store_id: str, store: StoreSettings, now: datetime) -> Iterator[Standing]:
    facts, opening, usual = FactsNow.of(db, store_id, store, now), opening_in(db, store_id), UsualBook()
    for zone in sorted({rule.zone for rule in store.triggers.values()}):
        rules = {name: rule for name, rule in store.triggers.items() if rule.zone == zone}
        judged = verdicts(store_id, facts, rules, opening, usual, now)
        before = state_of(zone_triggers.held(db, store_id, zone))
        seen = {name: verdict.seen for name, verdict in judged.items()}
        assigned = before.shown.assigned if before.shown else ""
        made = step(before, machine_rules(rules), seen, now, assigned=assigned)
        for name in sorted(rules):
            # A rule that would begin now begins with the next look, a moment from now.
            state = before.rules.get(name)
            rests = state.rests_until if state else None
            yield Standing(name, zone, judged[name], made.blocked.get(name), rests)
