"""How long to wait after wrong guesses, by name and by address."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

FREE_GUESSES = 5
"""So many may be wrong before anybody has to wait."""

LONGEST_WAIT_OF_A_NAME = timedelta(minutes=1)
"""Short, for whoever knows the owner's name could else keep the owner out: 1,440 guesses a day are few."""

LONGEST_WAIT_OF_AN_ADDRESS = timedelta(minutes=15)

FORGET_AFTER = timedelta(days=1)
"""Guesses that are older no longer count."""


@dataclass(frozen=True, slots=True)
class Guesses:
    """Wrong guesses in a row, and when the last was made."""

    wrong: int
    last_at: datetime


def wait(guesses: Guesses | None, longest: timedelta, now: datetime) -> timedelta:
    """How long the next guess has to wait from now: twice as long after each one more, up to `longest`."""
    if guesses is None or guesses.wrong < FREE_GUESSES or now - guesses.last_at > FORGET_AFTER:
        return timedelta(0)
    # Not 2 ** wrong: after thousands of guesses it would be too large for a timedelta.
    doubled = timedelta(seconds=2 ** min(guesses.wrong - FREE_GUESSES, 20))
    return max(timedelta(0), guesses.last_at + min(doubled, longest) - now)


def guessed_again(guesses: Guesses | None, now: datetime) -> Guesses:
    """After one more guess."""
    if guesses is None or now - guesses.last_at > FORGET_AFTER:
        return Guesses(1, now)
    return Guesses(guesses.wrong + 1, now)


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 the /64, for one household or server has all of that."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((known, 64), strict=False))
