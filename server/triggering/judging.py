"""Rules judged at a moment: their conditions, quiet hours and opening hours. Pure but for the facts asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.trigger_settings import Figure, TriggerSettings
from server.triggering.facts import Facts
from server.triggering.hours import Opening, closes_at, quiet_at
from server.triggering.machine import Rule, Seen
from server.triggering.reading import Look, read
from server.triggering.signals import Judged, Reading, judged, reasons, together
from server.triggering.usual import UsualBook

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule at a moment: what the machine needs, and each condition in words."""

    seen: Seen
    parts: tuple[Judged, ...]
    values: Mapping[Figure, float]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it holds."""
        return reasons(self.parts)


def verdicts(
    store: str,
    facts: Facts,
    rules: Mapping[str, TriggerSettings],
    opening: Opening,
    usual: UsualBook,
    now: datetime,
) -> dict[str, Verdict]:
    """All rules of a zone at a moment, by name."""
    closing = closes_at(opening, facts.terms.calendar.time_zone, now)
    return {name: _verdict(Look(store, facts, rule, usual, now), closing) for name, rule in rules.items()}


def _verdict(look: Look, closing: datetime | None) -> Verdict:
    readings = [(condition, read(look, condition)) for condition in look.rule.conditions]
    parts = tuple(judged(condition, reading) for condition, reading in readings)
    until = min(filter(None, (closing, _quiet(look))), default=None)
    known = {condition.figure: _value(reading) for condition, reading in readings}
    values = {figure: value for figure, value in known.items() if value is not None}
    return Verdict(Seen(together(parts), until), parts, values)


def _value(reading: Reading) -> float | None:
    return None if reading.missing else reading.value


def _quiet(look: Look) -> datetime | None:
    begin, end = look.rule.quiet_from, look.rule.quiet_until
    if begin is None or end is None:
        return None
    return quiet_at(begin, end, look.facts.terms.calendar.time_zone, look.now)


def machine_rules(rules: Mapping[str, TriggerSettings]) -> dict[str, Rule]:
    """What of some triggers the machine needs."""
    return {
        name: Rule(
            rule.priority,
            rule.expires_minutes * _MINUTE,
            rule.cool_down_minutes * _MINUTE,
            rule.repeats,
        )
        for name, rule in rules.items()
    }
