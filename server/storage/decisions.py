"""What rules decided for zones, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlite_utils import Database

from edge.wire import RecommendedProduct, ZoneEvent
from server.storage.exact import from_us, from_us_or_none, to_us

MOST_DECISIONS = 200_000
"""So many of the newest are kept, with what became of them."""

Outcome = Literal["shown", "held", "nothing"]
"""`held`: an experiment's control, so it was not shown; `nothing`: no product was fit to be shown."""

_COLUMNS = (
    "SELECT id, store, zone, rule, at, expires, outcome, products, reasons, experiment, arm, assignment,"
    " washing_out, ended_at, ended_why FROM decisions "
)
_SHOWING = """
    WHERE store = ? AND (? IS NULL OR zone = ?) AND outcome = 'shown' AND ended_at IS NULL
        AND at <= ? AND expires > ?
        AND NOT EXISTS (SELECT 1 FROM zone_events WHERE decision = decisions.id AND kind = 'dismissed')
    ORDER BY number DESC
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """A rule asked for something to be shown; `reasons` say why, or why nothing could be shown."""

    id: str
    store: str
    zone: str
    rule: str
    at: datetime
    expires: datetime
    outcome: Outcome
    products: tuple[RecommendedProduct, ...]
    reasons: tuple[str, ...]
    experiment: str | None = None
    arm: str | None = None
    assignment: str | None = None
    washing_out: bool = False
    ended_at: datetime | None = None
    ended_why: str | None = None


def add(db: Database, decision: Decision) -> None:
    """Store a new decision; the oldest go where there are too many. Belongs into a transaction."""
    cursor = db.execute(
        "INSERT INTO decisions (id, store, zone, rule, at, expires, outcome, products, reasons, experiment,"
        " arm, assignment, washing_out) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            decision.id,
            decision.store,
            decision.zone,
            decision.rule,
            to_us(decision.at),
            to_us(decision.expires),
            decision.outcome,
            json.dumps(
                [product.model_dump(mode="json", exclude_none=True) for product in decision.products],
                ensure_ascii=False,
            ),
            json.dumps(decision.reasons, ensure_ascii=False),
            decision.experiment,
            decision.arm,
            decision.assignment,
            decision.washing_out,
        ),
    )
    db.execute("DELETE FROM decisions WHERE number <= ?", (int(cursor.lastrowid or 0) - MOST_DECISIONS,))


def end(db: Database, decision: str, at: datetime, why: str) -> bool:
    """Note that a decision is over; False if it was already."""
    cursor = db.execute(
        "UPDATE decisions SET ended_at = ?, ended_why = ? WHERE id = ? AND ended_at IS NULL",
        (to_us(at), why, decision),
    )
    return cursor.rowcount == 1


def get(db: Database, decision: str) -> Decision | None:
    """The decision of that id; None if there is none."""
    found = db.execute(f"{_COLUMNS}WHERE id = ?", (decision,)).fetchone()
    return None if found is None else _decision(found)


def showing(db: Database, store: str, now: datetime, zone: str | None = None) -> list[Decision]:
    """What zones of a store show at a moment, newest first: not over, not expired, not dismissed."""
    found = db.execute(
        f"{_COLUMNS} {_SHOWING}",
        (store, zone, zone, to_us(now), to_us(now)),
    )
    return [_decision(values) for values in found]


def between(
    db: Database, store: str, begin: datetime, end: datetime, limit: int, zone: str | None = None
) -> list[Decision]:
    """Decisions of [begin, end), oldest first, at most `limit`."""
    found = db.execute(
        f"{_COLUMNS}WHERE store = ? AND (? IS NULL OR zone = ?) AND at >= ? AND at < ? ORDER BY at, number"
        " LIMIT ?",
        (store, zone, zone, to_us(begin), to_us(end), limit),
    )
    return [_decision(values) for values in found]


def keep_event(db: Database, event: ZoneEvent, received_at: datetime) -> bool:
    """Store what became of a decision; False if that event is there already.

    Raises:
        NoSuchDecision: the zone has no decision of that id.
    """
    known = db.execute(
        "SELECT 1 FROM decisions WHERE id = ? AND store = ? AND zone = ?",
        (event.recommendation, event.store, event.zone),
    ).fetchone()
    if known is None:
        raise NoSuchDecision(f"zone {event.zone!r} has no recommendation {event.recommendation!r}")
    cursor = db.execute(
        "INSERT OR IGNORE INTO zone_events VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event.store,
            event.zone,
            event.event,
            event.recommendation,
            event.kind,
            to_us(event.at),
            event.by,
            to_us(received_at),
        ),
    )
    return bool(cursor.rowcount)


class NoSuchDecision(ValueError):
    """An event speaks of a recommendation that its zone never had, or that is forgotten."""


def events_of(db: Database, decisions: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
    """How often some decisions were shown, acknowledged and dismissed, by their id."""
    found = db.execute(
        "SELECT decision, kind, count(*) FROM zone_events"
        " WHERE decision IN (SELECT value FROM json_each(?)) GROUP BY decision, kind",
        (json.dumps(list(decisions)),),
    )
    counted: dict[str, dict[str, int]] = {}
    for decision, kind, n in found:
        counted.setdefault(decision, {})[kind] = n
    return counted


def is_dismissed(db: Database, decision: str) -> bool:
    """Whether somebody wants it gone."""
    found = db.execute(
        "SELECT 1 FROM zone_events WHERE decision = ? AND kind = 'dismissed' LIMIT 1", (decision,)
    )
    return found.fetchone() is not None


def _decision(values: tuple[Any, ...]) -> Decision:
    id_, store, zone, rule, at, expires, outcome, products, reasons, *rest = values
    experiment, arm, assignment, washing_out, ended_at, ended_why = rest
    return Decision(
        id=id_,
        store=store,
        zone=zone,
        rule=rule,
        at=from_us(at),
        expires=from_us(expires),
        outcome=outcome,
        products=tuple(RecommendedProduct.model_validate(one) for one in json.loads(products)),
        reasons=tuple(json.loads(reasons)),
        experiment=experiment,
        arm=arm,
        assignment=assignment,
        washing_out=bool(washing_out),
        ended_at=from_us_or_none(ended_at),
        ended_why=ended_why,
    )
