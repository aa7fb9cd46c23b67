"""What a condition makes of a figure: whether it holds, and in words why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from server.trigger_settings import ConditionSettings


class Signal(IntEnum):
    """How a condition stands, from least to most."""

    UNKNOWN = 0
    """There is too little to say; so it does not hold."""
    OFF = 1
    BETWEEN = 2
    """Neither holds nor is over: within the slack of its bound."""
    HOLDS = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of one figure at a moment.

    `told` says it as a sentence whose numbers can be counted again; `missing` why nothing can be said.
    Figures that are no numbers, such as the weekday, have only `holds`.
    """

    value: float | None = None
    usual: float | None = None
    told: str = ""
    missing: str = ""
    holds: bool | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """One condition at a moment, in a sentence."""

    signal: Signal
    sentence: str


def judged(condition: ConditionSettings, reading: Reading) -> Judged:
    """How a condition stands by a reading of its figure."""
    if reading.missing:
        return Judged(Signal.UNKNOWN, reading.missing)
    if condition.bound is None:
        return Judged(Signal.HOLDS if reading.holds else Signal.OFF, reading.told)
    threshold = _threshold(condition, reading)
    if reading.value is None or threshold is None:
        return Judged(Signal.UNKNOWN, reading.told or "nothing is known of it")
    return Judged(_numeric(condition, reading.value, threshold), reading.told)


def _threshold(condition: ConditionSettings, reading: Reading) -> float | None:
    assert condition.bound is not None
    name, bound = condition.bound
    if not name.endswith("usual"):
        return bound
    # Of a usual figure of nothing, no multiple says anything.
    return bound * reading.usual if reading.usual else None


def _numeric(condition: ConditionSettings, value: float, threshold: float) -> Signal:
    assert condition.bound is not None
    is_floor = condition.bound[0] in {"at_least", "above_usual"}
    beyond = value >= threshold if is_floor else value <= threshold
    if beyond:
        return Signal.HOLDS
    slack = threshold * condition.slack
    is_over = value < threshold - slack if is_floor else value > threshold + slack
    return Signal.OFF if is_over else Signal.BETWEEN


def together(parts: Iterable[Judged]) -> Signal:
    """How all conditions of a rule stand: over where one of them is, else as the least of them."""
    signals = [part.signal for part in parts]
    return Signal.OFF if Signal.OFF in signals else min(signals)


def reasons(parts: Sequence[Judged]) -> tuple[str, ...]:
    """Why a rule holds."""
    return tuple(part.sentence for part in parts if part.signal is Signal.HOLDS)
