"""What was counted, for people and programs: the summary of a run, and the device's own tally."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from rich.table import Table

from edge.assembly import CameraProcess, peak_memory_mb
from edge.counting import Direction, LineSums, QueueEnd, QueueSums, Watched, ZoneSums, by_origin
from edge.outbox import Totals

SLOWEST, FASTEST = 0.4, 3.0
"""Metres per second: nobody's median walk through a door is slower or faster."""

UNKNOWN = "–"


def summary_of(process: CameraProcess, seconds: float) -> dict[str, Any]:
    """A run that took so many seconds, as `--json` prints it."""
    vitals, counted = process.vitals, process.vitals.counted
    return {
        "detector": process.model.card.model_dump(),
        "detector_from": process.model.place,
        "advice": process.model.advice,
        "looks": list(process.looks),
        "frames": vitals.frames_done,
        "seconds": round(seconds, 2),
        "inference_ms": round(vitals.inference_ms, 1),
        "seconds_to_first_frame": _rounded(vitals.first_frame_after),
        "seconds_to_first_count": _rounded(vitals.first_crossing_after),
        "peak_memory_mb": peak_memory_mb(),
        "ended": vitals.ended,
        "lines": {line: line_summary(line, of, process.watched) for line, of in counted.lines.items()},
        "zones": {zone: _zone(of, process.watched) for zone, of in counted.zones.items()},
        "queues": {queue: queue_summary(of) for queue, of in counted.queues.items()},
        **({"paths": by_origin(counted.paths)} if process.watched.tells_paths else {}),
    }


def line_summary(line: str, of: LineSums, watched: Watched) -> dict[str, Any]:
    """One line: what is not asked for is left out."""
    told: dict[str, Any] = {"in": of.crossings[Direction.IN], "out": of.crossings[Direction.OUT]}
    if watched.tells_staff:
        told |= {"staff_in": of.staff[Direction.IN], "staff_out": of.staff[Direction.OUT]}
    if line in watched.passing:
        told["passed"] = of.passed
    else:
        told |= {
            f"groups_{direction.value}": {str(size): number for size, number in sorted(sizes.items())}
            for direction, sizes in of.groups.items()
        }
    if of.median_speed is not None:
        told["median_metres_per_second"] = round(of.median_speed, 2)
    return told


def queue_summary(of: QueueSums) -> dict[str, Any]:
    """One queue."""
    return {
        "joined": of.joined,
        **{end.value: of.left[end] for end in QueueEnd},
        "median_wait_seconds": _rounded(of.waits.quantile(0.5)),
        "p90_wait_seconds": _rounded(of.waits.quantile(0.9)),
    }


def doubts_of(summary: Mapping[str, Any]) -> list[str]:
    """What looks wrong in a summary, and what to do."""
    return [
        f"people walk {speed:.1f} m/s over line {line}, and {SLOWEST:g} to {FASTEST:g} m/s are usual: "
        "check the floor's metres"
        for line, of in summary["lines"].items()
        if (speed := of.get("median_metres_per_second")) is not None and not SLOWEST <= speed <= FASTEST
    ]


def tables_of(summary: Mapping[str, Any]) -> list[Table]:
    """The same for people: what is counted at lines, in zones and in queues."""
    tables = []
    if summary["lines"]:
        tables.append(_lines(summary["lines"]))
    if summary["zones"]:
        tables.append(_zones(summary["zones"]))
    if summary["queues"]:
        tables.append(_queues({(queue,): of for queue, of in summary["queues"].items()}, ("queue",)))
    if summary.get("paths"):
        tables.append(_paths({(): summary["paths"]}))
    return tables


def tally_tables(totals: Mapping[str, Totals]) -> list[Table]:
    """What each camera's outbox adds up to."""
    table = Table("camera", "counted", "in", "out", "staff in / out", "groups in / out", "passed", "visits")
    queues: dict[tuple[str, ...], dict[str, Any]] = {}
    for camera, one in totals.items():
        for line, (count_in, count_out) in one.lines.items():
            pairs = (_pair(one.staff.get(line)), _pair(one.groups.get(line)))
            table.add_row(camera, line, str(count_in), str(count_out), *pairs, _shown(one.passed.get(line)))
        for zone, visits in one.visits.items():
            table.add_row(camera, zone, "", "", "", "", "", str(visits))
        queues |= {(camera, queue): asdict(of) for queue, of in one.queues.items()}
    paths: dict[tuple[str, ...], dict[str, dict[str, int]]]
    paths = {(camera,): one.paths for camera, one in totals.items() if one.paths}
    tables = [table]
    if queues:
        tables.append(_queues(queues, ("camera", "queue")))
    if paths:
        tables.append(_paths(paths, ("camera",)))
    return tables


def _lines(lines: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table("line", "in", "out", "staff in / out", "groups in / out", "passed", "walking")
    for line, of in lines.items():
        speed = of.get("median_metres_per_second")
        table.add_row(
            line,
            str(of["in"]),
            str(of["out"]),
            _pair((of["staff_in"], of["staff_out"]) if "staff_in" in of else None),
            f"{_groups(of['groups_in'])} / {_groups(of['groups_out'])}" if "groups_in" in of else "",
            _shown(of.get("passed")),
            "" if speed is None else f"{speed:.1f} m/s",
        )
    return table


def _zones(zones: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table("zone", "visits", "of staff", "mean dwell")
    for zone, of in zones.items():
        dwell = _seconds(of["mean_dwell_seconds"])
        table.add_row(zone, str(of["visits"]), _shown(of.get("staff_visits")), dwell)
    return table


def _queues(queues: Mapping[tuple[str, ...], Mapping[str, Any]], head: Iterable[str]) -> Table:
    table = Table(*head, "joined", "served", "gave up", "lost", "median wait")
    for names, of in queues.items():
        numbers = (str(of[name]) for name in ("joined", "served", "abandoned", "lost"))
        table.add_row(*names, *numbers, _seconds(of["median_wait_seconds"]))
    return table


def _paths(
    paths: Mapping[tuple[str, ...], Mapping[str, Mapping[str, int]]], head: Iterable[str] = ()
) -> Table:
    table = Table(*head, "from", "next", "people")
    for names, ways in paths.items():
        for origin, to in ways.items():
            for stop, people in to.items():
                table.add_row(*names, origin, stop, str(people))
    return table


def _zone(of: ZoneSums, watched: Watched) -> dict[str, Any]:
    told: dict[str, Any] = {
        "visits": of.visits,
        "mean_dwell_seconds": round(of.seconds / of.visits, 2) if of.visits else None,
    }
    return told | ({"staff_visits": of.staff_visits} if watched.tells_staff else {})


def _groups(sizes: Mapping[str, int]) -> str:
    """As `5 (2×2, 1×3)`: five groups, two of them of two and one of three."""
    larger = ", ".join(f"{number}×{size}" for size, number in sizes.items() if size != "1")
    return f"{sum(sizes.values())} ({larger})" if larger else str(sum(sizes.values()))


def _pair(pair: tuple[int, int] | None) -> str:
    return "" if pair is None else f"{pair[0]} / {pair[1]}"


def _shown(number: int | None) -> str:
    return "" if number is None else str(number)


def _seconds(seconds: float | None) -> str:
    return UNKNOWN if seconds is None else f"{seconds:.1f} s"


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)
