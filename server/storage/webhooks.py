"""Who is told of alerts, and the telling itself: stored first, then tried until it is taken or too old."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlite_utils import Database

from server.storage.alerts import AlertKind
from server.storage.exact import from_us, from_us_or_none, to_us

MOST_WEBHOOKS = 50
MOST_DONE = 10_000
"""So many deliveries that are over are kept."""

MOST_WAITING = 10_000
"""With more waiting, the oldest is given up."""

State = Literal["waiting", "delivered", "given-up"]

_DELIVERIES = """
    SELECT number, webhook, event, body, made_at, state, tries, next_try_at, ended_at, last_error
    FROM deliveries
"""


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is told of some kinds of alerts. `stores` None: of all, and of the server itself."""

    number: int
    url: str
    secret: str
    kinds: frozenset[AlertKind]
    stores: frozenset[str] | None
    created_at: datetime

    def wants(self, kind: AlertKind, store: str | None) -> bool:
        """Whether it is told of an alert."""
        return kind in self.kinds and (self.stores is None or store in self.stores)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one webhook."""

    number: int
    webhook: int
    event: str
    body: str
    made_at: datetime
    state: State
    tries: int
    next_try_at: datetime
    ended_at: datetime | None
    last_error: str | None


def add(
    db: Database,
    url: str,
    secret: str,
    kinds: frozenset[AlertKind],
    stores: frozenset[str] | None,
    now: datetime,
) -> Webhook | None:
    """Subscribe an address; None where there are as many as can be."""
    if len(subscribed(db)) >= MOST_WEBHOOKS:
        return None
    cursor = db.execute(
        "INSERT INTO webhooks (url, secret, kinds, stores, created_at) VALUES (?, ?, ?, ?, ?)",
        (
            url,
            secret,
            json.dumps(sorted(kinds)),
            None if stores is None else json.dumps(sorted(stores)),
            to_us(now),
        ),
    )
    return Webhook(int(cursor.lastrowid or 0), url, secret, kinds, stores, now)


def subscribed(db: Database) -> list[Webhook]:
    """All webhooks, oldest first."""
    found = db.execute("SELECT number, url, secret, kinds, stores, created_at FROM webhooks ORDER BY number")
    return [_webhook(*values) for values in found]


def get(db: Database, number: int) -> Webhook | None:
    """One webhook; None if there is none of that number."""
    found = db.execute(
        "SELECT number, url, secret, kinds, stores, created_at FROM webhooks WHERE number = ?", (number,)
    ).fetchone()
    return None if found is None else _webhook(*found)


def remove(db: Database, number: int) -> bool:
    """Remove a webhook with all that was to be told to it; False if there is none of that number."""
    return bool(db.execute("DELETE FROM webhooks WHERE number = ?", (number,)).rowcount)


def put(
    db: Database,
    webhook: int,
    event: str,
    body: str,
    now: datetime,
    *,
    most_done: int = MOST_DONE,
    most_waiting: int = MOST_WAITING,
) -> int:
    """Let an event be told to a webhook; the delivery's number. Belongs into a transaction."""
    _bound(db, now, most_done, most_waiting)
    cursor = db.execute(
        "INSERT INTO deliveries (webhook, event, body, made_at, state, tries, next_try_at)"
        " VALUES (?, ?, ?, ?, 'waiting', 0, ?)",
        (webhook, event, body, to_us(now), to_us(now)),
    )
    return int(cursor.lastrowid or 0)


def due(db: Database, now: datetime, limit: int, webhook: int | None = None) -> list[Delivery]:
    """What is to be tried now, that which waits longest first; of one webhook, or of all."""
    found = db.execute(
        _DELIVERIES + "WHERE state = 'waiting' AND next_try_at <= ? AND (? IS NULL OR webhook = ?)"
        " ORDER BY next_try_at LIMIT ?",
        (to_us(now), webhook, webhook, limit),
    )
    return [_delivery(*values) for values in found]


def due_webhooks(db: Database, now: datetime) -> list[int]:
    """The webhooks that are to be told something now, that which waits longest first."""
    found = db.execute(
        "SELECT webhook FROM deliveries WHERE state = 'waiting' AND next_try_at <= ?"
        " GROUP BY webhook ORDER BY min(next_try_at)",
        (to_us(now),),
    )
    return [webhook for (webhook,) in found]


def claim(db: Database, delivery: Delivery, next_try_at: datetime) -> bool:
    """Take a delivery for one try, the next of which is set already; False if another was faster."""
    cursor = db.execute(
        "UPDATE deliveries SET tries = tries + 1, next_try_at = ?"
        " WHERE number = ? AND state = 'waiting' AND next_try_at = ?",
        (to_us(next_try_at), delivery.number, to_us(delivery.next_try_at)),
    )
    return cursor.rowcount == 1


def delivered(db: Database, number: int, now: datetime) -> None:
    """Note that an event was taken."""
    db.execute(
        "UPDATE deliveries SET state = 'delivered', ended_at = ?, last_error = NULL WHERE number = ?",
        (to_us(now), number),
    )


def failed(db: Database, number: int, error: str) -> None:
    """Note why an event was not taken; it is tried again."""
    db.execute("UPDATE deliveries SET last_error = ? WHERE number = ? AND state = 'waiting'", (error, number))


def give_up(db: Database, made_before: datetime, now: datetime) -> int:
    """Give up what was made before an instant and is still waiting; how many."""
    cursor = db.execute(
        "UPDATE deliveries SET state = 'given-up', ended_at = ? WHERE state = 'waiting' AND made_at < ?",
        (to_us(now), to_us(made_before)),
    )
    return int(cursor.rowcount)


def deliveries_of(db: Database, webhook: int, limit: int, before: int | None = None) -> list[Delivery]:
    """A webhook's deliveries with a number below `before`, newest first."""
    found = db.execute(
        _DELIVERIES + "WHERE webhook = ? AND (? IS NULL OR number < ?) ORDER BY number DESC LIMIT ?",
        (webhook, before, before, limit),
    )
    return [_delivery(*values) for values in found]


def waiting_by_webhook(db: Database) -> dict[int, int]:
    """How many deliveries wait, for each webhook that has any."""
    return dict(
        db.execute(
            "SELECT webhook, count(*) FROM deliveries WHERE state = 'waiting' GROUP BY webhook"
        ).fetchall()
    )


def numbers_by_state(db: Database) -> dict[State, int]:
    """How many deliveries are in each state, 0 too."""
    found = dict(db.execute("SELECT state, count(*) FROM deliveries GROUP BY state").fetchall())
    states: tuple[State, ...] = ("waiting", "delivered", "given-up")
    return {state: found.get(state, 0) for state in states}


def _bound(db: Database, now: datetime, most_done: int, most_waiting: int) -> None:
    db.execute(
        "DELETE FROM deliveries WHERE state != 'waiting' AND number <= (SELECT number FROM deliveries"
        " WHERE state != 'waiting' ORDER BY number DESC LIMIT 1 OFFSET ?)",
        (most_done - 1,),
    )
    db.execute(
        "UPDATE deliveries SET state = 'given-up', ended_at = ?, last_error = 'too many wait'"
        " WHERE state = 'waiting' AND number <= (SELECT number FROM deliveries"
        " WHERE state = 'waiting' ORDER BY number DESC LIMIT 1 OFFSET ?)",
        (to_us(now), most_waiting - 1),
    )


def _webhook(number: int, url: str, secret: str, kinds: str, stores: str | None, created_at: int) -> Webhook:
    return Webhook(
        number=number,
        url=url,
        secret=secret,
        kinds=frozenset(AlertKind(kind) for kind in json.loads(kinds)),
        stores=None if stores is None else frozenset(json.loads(stores)),
        created_at=from_us(created_at),
    )


def _delivery(
    number: int,
    webhook: int,
    event: str,
    body: str,
    made_at: int,
    state: State,
    tries: int,
    next_try_at: int,
    ended_at: int | None,
    last_error: str | None,
) -> Delivery:
    return Delivery(
        number=number,
        webhook=webhook,
        event=event,
        body=body,
        made_at=from_us(made_at),
        state=state,
        tries=tries,
        next_try_at=from_us(next_try_at),
        ended_at=from_us_or_none(ended_at),
        last_error=last_error,
    )
