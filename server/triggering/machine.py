"""When a zone begins and ends to show something: a step from state to state. Pure, without a clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from server.triggering.signals import Signal


@dataclass(frozen=True, slots=True)
class Rule:
    """What of a trigger the machine needs."""

    priority: int
    shows_for: timedelta
    rests_for: timedelta
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One rule at a moment. `until` is when quiet hours or closing time begin: now or earlier, they are."""

    signal: Signal
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RuleState:
    """What is remembered of one rule.

    `on`: it has held and was not over since. `spent`: it has shown something since it came on.
    """

    on: bool = False
    spent: bool = False
    rests_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What has a zone at present. In a control period it is held back, and has the zone all the same."""

    rule: str
    priority: int
    began: datetime
    expires: datetime
    assigned: str = ""


@dataclass(frozen=True, slots=True)
class ZoneState:
    """Everything remembered of a zone."""

    rules: Mapping[str, RuleState] = field(default_factory=dict)
    shown: Shown | None = None


class Why(StrEnum):
    """Why a zone no longer shows something."""

    EXPIRED = "expired"
    REPLACED = "replaced"
    DISMISSED = "dismissed"
    QUIET = "quiet"
    BLOCK_OVER = "block-over"
    RULE_GONE = "rule-gone"


class Blocked(StrEnum):
    """Why a rule that holds shows nothing new."""

    SHOWING = "showing"
    SPENT = "spent"
    RESTING = "resting"
    QUIET = "quiet"
    ZONE_TAKEN = "zone-taken"


@dataclass(frozen=True, slots=True)
class Step:
    """What a step came to. `began` is also `state.shown`."""

    state: ZoneState
    began: Shown | None = None
    ended: tuple[Shown, Why] | None = None
    blocked: Mapping[str, Blocked] = field(default_factory=dict)


def step(
    state: ZoneState,
    rules: Mapping[str, Rule],
    seen: Mapping[str, Seen],
    now: datetime,
    *,
    assigned: str = "",
    dismissed: bool = False,
) -> Step:
    """The next state of a zone.

    Args:
        rules: those of the zone, by name; every one of them is in `seen`.
        assigned: what an experiment decided for the zone now; when that changes, what is shown ends.
        dismissed: somebody wants what is shown gone.
    """
    shown = _within_reason(state.shown, rules, now)
    why = _over(shown, seen, now, assigned, dismissed) if shown else None
    kept = None if why else shown
    states = {
        name: _known(state.rules.get(name, RuleState()), rules[name], seen[name], now) for name in rules
    }
    blocked: dict[str, Blocked] = {}
    for name in sorted(rules, key=lambda name: (-rules[name].priority, name)):
        if seen[name].signal is not Signal.HOLDS:
            continue
        hindrance = _hindrance(name, rules[name], states[name], seen[name], kept, now)
        if hindrance is None:
            return _begun(name, rules[name], states, seen[name], shown, why, now, assigned, blocked)
        blocked[name] = hindrance
    ended = (shown, why) if shown and why else None
    return Step(ZoneState(states, kept), None, ended, blocked)


def given_up(made: Step) -> Step:
    """The step of a rule that began and has nothing to show: it rests, and the zone stays as it was."""
    before = made.ended[0] if made.ended and made.ended[1] is Why.REPLACED else None
    ended = None if before else made.ended
    return replace(made, state=replace(made.state, shown=before), began=None, ended=ended)


def _within_reason(shown: Shown | None, rules: Mapping[str, Rule], now: datetime) -> Shown | None:
    """What is shown, never for longer than its rule says from now: the clock may have been set back."""
    if shown is None or shown.rule not in rules:
        return shown
    return replace(shown, expires=min(shown.expires, now + rules[shown.rule].shows_for))


def _over(
    shown: Shown, seen: Mapping[str, Seen], now: datetime, assigned: str, dismissed: bool
) -> Why | None:
    if dismissed:
        return Why.DISMISSED
    if now >= shown.expires:
        return Why.EXPIRED
    if shown.rule not in seen:
        return Why.RULE_GONE
    if _is_quiet(seen[shown.rule], now):
        return Why.QUIET
    return Why.BLOCK_OVER if assigned != shown.assigned else None


def _known(before: RuleState, rule: Rule, seen: Seen, now: datetime) -> RuleState:
    on = seen.signal is Signal.HOLDS or (before.on and seen.signal is Signal.BETWEEN)
    rests_until = before.rests_until and min(before.rests_until, now + rule.rests_for)
    if rests_until is not None and rests_until <= now:
        rests_until = None
    return RuleState(on, before.spent and on, rests_until)


def _hindrance(
    name: str, rule: Rule, state: RuleState, seen: Seen, kept: Shown | None, now: datetime
) -> Blocked | None:
    if kept is not None and kept.rule == name:
        return Blocked.SHOWING
    if state.rests_until is not None:
        return Blocked.RESTING
    if state.spent and not rule.repeats:
        return Blocked.SPENT
    if _is_quiet(seen, now):
        return Blocked.QUIET
    if kept is not None and rule.priority <= kept.priority:
        return Blocked.ZONE_TAKEN
    return None


def _begun(
    name: str,
    rule: Rule,
    states: Mapping[str, RuleState],
    seen: Seen,
    before: Shown | None,
    why: Why | None,
    now: datetime,
    assigned: str,
    blocked: Mapping[str, Blocked],
) -> Step:
    expires = min(filter(None, (now + rule.shows_for, seen.until)))
    begun = Shown(name, rule.priority, now, expires, assigned)
    rested = {**states, name: RuleState(on=True, spent=True, rests_until=now + rule.rests_for)}
    ended = (before, why or Why.REPLACED) if before else None
    return Step(ZoneState(rested, begun), begun, ended, blocked)


def _is_quiet(seen: Seen, now: datetime) -> bool:
    return seen.until is not None and seen.until <= now
