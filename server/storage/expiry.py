"""What is forgotten when its time is over, or when somebody asks for it."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from server.storage.exact import to_us


def forget_resolved(db: Database, before: datetime) -> int:
    """Delete what left quarantine before an instant; how many rows."""
    return _changed(
        db, "DELETE FROM quarantine WHERE resolved_at IS NOT NULL AND resolved_at < ?", (to_us(before),)
    )


def forget_unknown_time(db: Database, before: datetime) -> int:
    """Delete counts of unknown time that came before an instant; how many buckets."""
    return _changed(db, "DELETE FROM unknown_time WHERE received_at < ?", (to_us(before),))


def forget_customers(db: Database, before: datetime) -> int:
    """Take the customer off tickets paid before an instant; how many tickets."""
    return _changed(
        db, "UPDATE tickets SET customer = NULL WHERE customer IS NOT NULL AND at < ?", (to_us(before),)
    )


def forget_customer(db: Database, customer: str) -> int:
    """Take one customer, as stored (a keyed hash), off all tickets, and out of quarantine; how many tickets.

    Belongs into a transaction.
    """
    hashed = customer.encode()
    rows = db.execute("SELECT id, payload FROM quarantine WHERE instr(payload, ?)", (hashed,)).fetchall()
    for number, payload in rows:
        db.execute(
            "UPDATE quarantine SET payload = ? WHERE id = ?", (bytes(payload).replace(hashed, b""), number)
        )
    return _changed(db, "UPDATE tickets SET customer = NULL WHERE customer = ?", (customer,))


def _changed(db: Database, sql: str, values: tuple[int | str, ...]) -> int:
    return max(db.execute(sql, values).rowcount, 0)
