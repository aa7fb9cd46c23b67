"""When a zone begins and ends to show something: stories as tables, and laws that hold for every story."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.triggering.machine import Blocked, Rule, Seen, Step, Why, ZoneState, given_up, step
from server.triggering.signals import Signal

START = datetime(2026, 3, 3, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LINGER = Rule(priority=0, shows_for=10 * MINUTE, rests_for=30 * MINUTE)
UNKNOWN, OFF, BETWEEN, HOLDS = Signal.UNKNOWN, Signal.OFF, Signal.BETWEEN, Signal.HOLDS


def at(minute: int) -> datetime:
    return START + minute * MINUTE


def told(
    signals: Iterable[tuple[int, Signal]], rule: Rule = LINGER, quiet_from: int | None = None
) -> list[str]:
    """What a rule alone in its zone does in a story of minutes and signals."""
    state, said = ZoneState(), []
    until = None if quiet_from is None else at(quiet_from)
    for minute, signal in signals:
        made = step(state, {"linger": rule}, {"linger": Seen(signal, until)}, at(minute))
        state = made.state
        said += [f"{minute} {made.ended[1].value}"] if made.ended else []
        said += [f"{minute} begins"] if made.began else []
    return said


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        pytest.param([(0, OFF), (1, HOLDS)], ["1 begins"], id="begins when it holds"),
        pytest.param([(0, UNKNOWN), (1, BETWEEN)], [], id="too little to say, or within the slack: nothing"),
        pytest.param([(0, HOLDS), (9, HOLDS), (10, HOLDS)], ["0 begins", "10 expired"], id="expires"),
        pytest.param(
            [(0, HOLDS), (10, HOLDS), (40, HOLDS)], ["0 begins", "10 expired"], id="once while it holds"
        ),
        pytest.param(
            [(0, HOLDS), (10, BETWEEN), (40, HOLDS)],
            ["0 begins", "10 expired"],
            id="does not come back from within the slack",
        ),
        pytest.param(
            [(0, HOLDS), (10, OFF), (20, HOLDS), (30, HOLDS)],
            ["0 begins", "10 expired", "30 begins"],
            id="was over and holds again, but rests first",
        ),
        pytest.param(
            [(0, HOLDS), (15, UNKNOWN), (31, HOLDS)],
            ["0 begins", "15 expired", "31 begins"],
            id="nobody there is over, too",
        ),
    ],
)
def test_a_rule_alone_in_its_zone(story: list[tuple[int, Signal]], expected: list[str]) -> None:
    assert told(story) == expected


def test_a_rule_that_repeats_shows_again_after_resting_while_it_still_holds() -> None:
    story = [(minute, HOLDS) for minute in range(0, 65, 5)]
    rule = Rule(0, 10 * MINUTE, 30 * MINUTE, repeats=True)
    assert told(story, rule) == [
        "0 begins",
        "10 expired",
        "30 begins",
        "40 expired",
        "60 begins",
    ]


def test_nothing_begins_in_quiet_hours_and_what_is_shown_ends_with_them() -> None:
    assert told([(0, HOLDS), (4, HOLDS), (5, HOLDS), (40, OFF), (41, HOLDS)], quiet_from=5) == [
        "0 begins",
        "5 expired",
    ]


def test_quiet_hours_that_were_set_anew_end_what_is_shown() -> None:
    first = step(ZoneState(), {"linger": LINGER}, {"linger": Seen(HOLDS)}, at(0))
    second = step(first.state, {"linger": LINGER}, {"linger": Seen(HOLDS, at(1))}, at(1))
    assert second.ended == (first.began, Why.QUIET)


def of_two(state: ZoneState, low: Signal, high: Signal, minute: int) -> Step:
    rules = {"low": LINGER, "high": Rule(5, 10 * MINUTE, 30 * MINUTE)}
    return step(state, rules, {"low": Seen(low), "high": Seen(high)}, at(minute))


def test_of_two_rules_that_hold_the_one_of_higher_priority_has_the_zone() -> None:
    made = of_two(ZoneState(), HOLDS, HOLDS, 0)
    assert made.began
    assert made.began.rule == "high"


def test_a_rule_of_higher_priority_takes_the_zone_and_not_the_other_way_round() -> None:
    first = of_two(ZoneState(), HOLDS, OFF, 0)
    second = of_two(first.state, HOLDS, HOLDS, 1)
    assert second.ended == (first.began, Why.REPLACED)
    assert second.began
    assert second.began.rule == "high"
    third = of_two(second.state, OFF, HOLDS, 2)
    fourth = of_two(third.state, HOLDS, HOLDS, 3)
    assert fourth.began is None
    assert fourth.blocked == {"high": Blocked.SHOWING, "low": Blocked.RESTING}


def test_a_rule_that_waited_for_the_zone_has_it_once_it_is_free() -> None:
    first = of_two(ZoneState(), OFF, HOLDS, 0)
    second = of_two(first.state, HOLDS, HOLDS, 5)
    assert second.blocked["low"] is Blocked.ZONE_TAKEN
    third = of_two(second.state, HOLDS, HOLDS, 10)
    assert third.ended == (first.began, Why.EXPIRED)
    assert third.began
    assert third.began.rule == "low"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"dismissed": True}, Why.DISMISSED, id="somebody wants it gone"),
        pytest.param({"assigned": "b"}, Why.BLOCK_OVER, id="the experiment decides anew"),
    ],
)
def test_what_ends_before_its_time(changes: dict[str, bool | str], why: Why) -> None:
    rules, seen = {"linger": LINGER}, {"linger": Seen(HOLDS)}
    first = step(ZoneState(), rules, seen, at(0), assigned="a")
    second = step(first.state, rules, seen, at(1), **{"assigned": "a", **changes})  # type: ignore[arg-type]
    assert second.ended == (first.began, why)
    assert second.began is None, "it rests"


def test_what_a_rule_shows_that_is_no_longer_configured_ends() -> None:
    first = step(ZoneState(), {"linger": LINGER}, {"linger": Seen(HOLDS)}, at(0))
    second = step(first.state, {}, {}, at(1))
    assert second.ended == (first.began, Why.RULE_GONE)
    assert second.state == ZoneState()


def test_a_rule_with_nothing_to_show_rests_and_leaves_the_zone_free() -> None:
    made = given_up(step(ZoneState(), {"linger": LINGER}, {"linger": Seen(HOLDS)}, at(0)))
    assert (made.began, made.state.shown) == (None, None)
    again = step(made.state, {"linger": LINGER}, {"linger": Seen(HOLDS)}, at(1))
    assert again.blocked == {"linger": Blocked.RESTING}


def test_a_rule_with_nothing_to_show_takes_the_zone_from_nobody() -> None:
    first = of_two(ZoneState(), HOLDS, OFF, 0)
    second = given_up(of_two(first.state, HOLDS, HOLDS, 1))
    assert (second.began, second.ended, second.state.shown) == (None, None, first.began)


def test_a_clock_that_is_set_back_lets_nothing_be_shown_or_rest_for_longer_than_its_rule_says() -> None:
    late = step(ZoneState(), {"linger": LINGER}, {"linger": Seen(HOLDS)}, at(10_000))
    back = step(late.state, {"linger": LINGER}, {"linger": Seen(OFF)}, at(0))
    assert back.state.shown
    assert back.state.shown.expires == at(10)
    rested = step(back.state, {"linger": LINGER}, {"linger": Seen(HOLDS)}, at(30))
    assert rested.began


@dataclass(frozen=True)
class Moment:
    """One look at a zone with two rules."""

    seconds: int
    signals: tuple[Signal, Signal]
    quiet: bool
    dismissed: bool
    arm: str


rules_of_any_kind = st.builds(
    Rule,
    priority=st.integers(0, 1),
    shows_for=st.integers(1, 30).map(lambda n: n * MINUTE),
    rests_for=st.integers(1, 60).map(lambda n: n * MINUTE),
    repeats=st.booleans(),
)
moments = st.builds(
    Moment,
    seconds=st.integers(0, 900),
    signals=st.tuples(st.sampled_from(Signal), st.sampled_from(Signal)),
    quiet=st.sampled_from([False, False, False, True]),
    dismissed=st.sampled_from([False, False, False, True]),
    arm=st.sampled_from(["", "", "b"]),
)


@given(st.tuples(rules_of_any_kind, rules_of_any_kind), st.lists(moments, max_size=60))
def test_the_laws_hold_in_every_story(both: tuple[Rule, Rule], story: list[Moment]) -> None:
    rules = dict(zip("ab", both, strict=True))
    state, now = ZoneState(), START
    begun: dict[str, datetime] = {}
    was_over: dict[str, bool] = {"a": True, "b": True}
    for moment in story:
        now += timedelta(seconds=moment.seconds)
        until = now if moment.quiet else now + 20 * MINUTE
        seen = {name: Seen(signal, until) for name, signal in zip("ab", moment.signals, strict=True)}
        made = step(state, rules, seen, now, assigned=moment.arm, dismissed=moment.dismissed)
        state = made.state
        for name, of in seen.items():
            was_over[name] |= of.signal in {OFF, UNKNOWN}
        if made.began:
            name = made.began.rule
            assert not moment.quiet, "never in quiet hours"
            assert seen[name].signal is HOLDS, "its reasons are true at that moment"
            assert name not in begun or now >= begun[name] + rules[name].rests_for, "never within the rest"
            assert rules[name].repeats or was_over[name], "never from within the slack"
            assert now < made.began.expires <= min(now + rules[name].shows_for, until), "always expires"
            begun[name], was_over[name] = now, False
            if made.ended and made.ended[1] is Why.REPLACED:
                assert rules[name].priority > made.ended[0].priority
        if state.shown:
            assert now < state.shown.expires, "nothing stays beyond its time"
            assert state.shown.assigned == moment.arm
            assert not moment.quiet
