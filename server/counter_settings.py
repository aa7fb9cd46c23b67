"""Counters of other makes: which of their lines is which of ours."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from edge.wire.topics import checked_device
from server.sections import Id, Section, TimeZone

Make = Literal["xovis", "axis", "axis-analytics", "onvif", "opendatacam"]

ONE_WAY: frozenset[Make] = frozenset({"onvif", "axis-analytics"})
"""Makes of which each line (rule, scenario) counts one way, as a sum that goes on rising."""

NAMELESS_LINE = "main"
"""The line of a counter that has one and gives it no name."""


class CounterLineSettings(Section):
    """One line (logic, rule, counter area) of a counter of another make."""

    line: Id = Field(description="id of our line")
    direction: Literal["both", "in", "out"] = Field(
        "both", description="what it counts: both directions, or only those who come in or go out"
    )
    kind: Literal["entrance", "passing"] = Field(
        "entrance", description="`passing`: crossing it is walking past outside"
    )


class CounterSettings(Section):
    """A counter of another make."""

    make: Make = Field(description="`xovis`, `axis`, `axis-analytics`, `onvif` or `opendatacam`")
    device: Annotated[Id, AfterValidator(checked_device)] = Field(
        "foreign", description="device under which its counts stand; its camera is NAME"
    )
    serial: str | None = Field(
        None, max_length=100, description="its serial number; set: what names another is refused"
    )
    time_zone: TimeZone | None = Field(None, description="zone of times without offset; absent: the store's")
    swapped: bool = Field(False, description="what it calls in is out, and the other way round")
    lines: dict[str, CounterLineSettings] = Field(
        default_factory=dict, description="its lines by the name that it gives them"
    )
    ignore_lines: frozenset[str] = Field(
        frozenset(), description="names of its lines that are not to be counted"
    )
    classes: frozenset[str] = Field(
        frozenset({"person"}), description="opendatacam: kinds of objects that are counted"
    )
    longest_gap_minutes: int = Field(
        60, ge=1, le=24 * 60, description="sums that come further apart than this leave a gap between them"
    )

    @model_validator(mode="after")
    def _counts_each_way_once(self) -> Self:
        ways: dict[tuple[str, str], str] = {}
        for name, line in self.lines.items():
            if self.make in ONE_WAY and line.direction == "both":
                raise ValueError(f"{name!r} counts one way: say in its `direction` whether in or out")
            for way in ("in", "out") if line.direction == "both" else (line.direction,):
                if (other := ways.setdefault((line.line, way), name)) != name:
                    raise ValueError(f"{other!r} and {name!r} both count who goes {way} over {line.line!r}")
        return self

    @model_validator(mode="after")
    def _names_its_lines(self) -> Self:
        if self.make != "axis" and not self.lines:
            raise ValueError(
                f"a counter of {self.make} names its lines: say in `lines` which is which of ours"
            )
        return self

    def counts_in(self, name: str) -> bool:
        """Whether a line that counts one way counts those who come in; so does one that nobody named yet."""
        return name not in self.lines or self.lines[name].direction == "in"
