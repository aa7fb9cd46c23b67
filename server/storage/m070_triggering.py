"""The steps for what zones show: states of rules, decisions, what became of them, flags."""

from __future__ import annotations

from sqlite_utils import Database

from server.storage.migrations import MIGRATIONS


@MIGRATIONS()
def m070_triggering(db: Database) -> None:
    """What rules decided and what came of it.

    `zone_triggers` holds a zone's state of all rules; its revision decides who of two was first. `payload` is
    what the broker is to keep for the zone (empty: nothing), `number` rises with every change of it, and
    `told` is the number that the broker has. A decision is `shown`, `held` (an experiment's control, so it
    was not shown) or `nothing` (there was no product to show).
    """
    db.executescript("""
        CREATE TABLE zone_triggers (
            store TEXT NOT NULL, zone TEXT NOT NULL, state TEXT NOT NULL, revision INTEGER NOT NULL,
            payload TEXT NOT NULL, number INTEGER NOT NULL, told INTEGER NOT NULL,
            PRIMARY KEY (store, zone)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE decisions (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE, store TEXT NOT NULL, zone TEXT NOT NULL, rule TEXT NOT NULL,
            at INTEGER NOT NULL, expires INTEGER NOT NULL,
            outcome TEXT NOT NULL CHECK (outcome IN ('shown', 'held', 'nothing')),
            products TEXT NOT NULL, reasons TEXT NOT NULL,
            experiment TEXT, arm TEXT, assignment TEXT, washing_out INTEGER NOT NULL,
            ended_at INTEGER, ended_why TEXT
        ) STRICT;
        CREATE INDEX decisions_of_zone ON decisions (store, zone, at);
        CREATE TABLE zone_events (
            store TEXT NOT NULL, zone TEXT NOT NULL, event TEXT NOT NULL, decision TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('shown', 'acknowledged', 'dismissed')),
            at INTEGER NOT NULL, by TEXT, received_at INTEGER NOT NULL,
            PRIMARY KEY (store, zone, event),
            FOREIGN KEY (decision) REFERENCES decisions (id) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX zone_events_of_decision ON zone_events (decision, kind);
        CREATE TABLE flags (
            store TEXT NOT NULL, flag TEXT NOT NULL, expires INTEGER NOT NULL, set_at INTEGER NOT NULL,
            PRIMARY KEY (store, flag)
        ) STRICT, WITHOUT ROWID;
    """)
