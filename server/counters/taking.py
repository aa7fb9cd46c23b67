"""Messages and files of other makes' counters, from their bytes to the database or into quarantine."""

from __future__ import annotations

import io
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from server.config import Settings
from server.counter_settings import ONE_WAY
from server.counters import axis, axis_analytics, onvif, opendatacam, xovis
from server.counters.fields import begins_an_object
from server.counters.keeping import Place, keep_told, planned_spans, refuse_stranger
from server.counters.told import CountsRefused, Span, Told
from server.pos.errors import FileRefused
from server.pos.reading import opened, rows
from server.storage import quarantine
from server.storage.database import writing
from server.storage.quarantine import QuarantineRow, Refusal

_PROBLEMS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message: outcomes of its buckets and sums to their number, and what it passed over."""

    outcomes: dict[str, int]
    passed_over: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountProblem:
    """A row that was refused, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class CountsReport:
    """What became of a file of counts. `refused` rows could not even be kept: the quarantine is full."""

    file: str
    rows_read: int
    new: int
    changed: int
    unchanged: int
    quarantined: int
    refused: int
    entries: int
    exits: int
    first: datetime | None
    last: datetime | None
    passed_over: tuple[str, ...]
    problems: tuple[CountProblem, ...]
    dry_run: bool


def told_by(place: Place, body: bytes) -> Told:
    """What a body says, by the counter's make.

    Raises:
        CountsRefused: it cannot be read, or not all of it.
    """
    match place.settings.make:
        case "xovis":
            return xovis.read(body)
        case "onvif":
            return onvif.read(body, place.settings)
        case "axis-analytics":
            return axis_analytics.read(body, place.settings)
        case "axis" if begins_an_object(body):
            return axis.read(body, place.zone)
    told = _told_by_csv(place, io.StringIO(_text(body), newline=""), "the body")
    if told.bad:
        raise CountsRefused(f"line {told.bad[0].row}: {told.bad[0].reason}")
    return told


def take_message(db: Database, place: Place, body: bytes, now: datetime) -> Taken:
    """Store a message; one that cannot be used waits in quarantine, since its sender reads no answer.

    Raises:
        CountsRefused: it cannot be used.
    """
    refused: CountsRefused
    with writing(db):
        try:
            with db.atomic():
                return _kept(db, place, body, now)
        except CountsRefused as error:
            refused = error
            quarantine.put(db, _refusal(place, body, str(error)), now)
    raise refused


def retry_counts(db: Database, settings: Settings, row: QuarantineRow, now: datetime) -> str | None:
    """Try a message or row from quarantine again; the reason if it is refused again.

    Raises:
        ConfigError: its store or its counter is no longer in the configuration.
    """
    place = Place.of(settings, row.store or "", row.context["counter"])
    with writing(db):
        if not quarantine.still_waits(db, row.number):
            return None
        try:
            if cut_from := row.context.get("cut_from_bytes"):
                raise CountsRefused(f"it had {cut_from} bytes, too many to be kept")
            with db.atomic():
                _kept(db, place, row.payload, now)
        except CountsRefused as error:
            quarantine.failed_again(db, row.number, str(error))
            return str(error)
        quarantine.resolved(db, row.number, now)
    return None


def import_counts(
    db: Database,
    settings: Settings,
    file: Path,
    store: str,
    counter: str,
    now: datetime,
    *,
    dry_run: bool = False,
) -> CountsReport:
    """Store a file's counts; rows that cannot be used go to quarantine. With `dry_run` nothing is written.

    Raises:
        ServerError: unknown store or counter, no such file, or nothing of it can be read.
    """
    place = Place.of(settings, store, counter)
    try:
        told = _told_by_file(place, file)
        refuse_stranger(place, told)
        good, bad = _sorted_out(db, place, told, now)
        if dry_run:
            outcomes = Counter(planned.outcome for planned in planned_spans(db, place, good, now))
            outcomes["quarantined"] = len(bad)
        else:
            outcomes = _store_file(db, place, file, told, good, bad, now)
    except CountsRefused as error:
        raise FileRefused(f"{file.name}: {error}", "is this the right counter for this file?") from error
    return _report(file, place, told, good, bad, outcomes, dry_run=dry_run)


def _kept(db: Database, place: Place, body: bytes, now: datetime) -> Taken:
    told = told_by(place, body)
    try:
        outcomes = keep_told(db, place, told, now)
    except (OverflowError, sqlite3.DataError, sqlite3.IntegrityError) as error:
        raise CountsRefused(f"it cannot be stored: {error}") from error
    return Taken(dict(sorted(outcomes.items())), told.passed_over)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CountsRefused("the body is not UTF-8") from error


def _told_by_file(place: Place, file: Path) -> Told:
    if file.suffix.lower() in {".json", ".xml"}:
        with opened(file, "utf-8-sig") as lines:
            return told_by(place, "".join(lines).encode())
    with opened(file, "utf-8-sig") as lines:
        return _told_by_csv(place, lines, file.name)


def _told_by_csv(place: Place, lines: Iterable[str], name: str) -> Told:
    try:
        found = rows(lines, ",", name)
        header = next(found, None)
        if header is None:
            raise CountsRefused("it is empty")
        if place.settings.make == "axis":
            return axis.read_rows(header, found, place.zone)
        if place.settings.make == "opendatacam":
            return opendatacam.read_rows(header, found, place.settings)
    except FileRefused as error:
        raise CountsRefused(str(error)) from error
    raise CountsRefused(f"a counter of {place.settings.make} tells no CSV")


def _sorted_out(
    db: Database, place: Place, told: Told, now: datetime
) -> tuple[list[Span], list[tuple[int, str, str]]]:
    """What of a file can be stored, and the other rows with their text and reason.

    Only rows of Axis are buckets by themselves, so only they can be set aside one by one.
    """
    if place.settings.make != "axis":
        planned_spans(db, place, told.spans, now)
        return list(told.spans), [(one.row, one.text, one.reason) for one in told.bad]
    bad = [(one.row, one.text, one.reason) for one in told.bad]
    good: list[Span] = []
    until: datetime | None = None
    for span in sorted(told.spans, key=lambda each: (each.begin, each.end, each.name)):
        try:
            planned_spans(db, place, [span], now)
            if (
                until is not None
                and span.begin < until
                and (good[-1].begin, good[-1].end) != (span.begin, span.end)
            ):
                raise CountsRefused(f"overlaps with line {good[-1].row}")
        except CountsRefused as error:
            bad.append((span.row, _as_row(place, span), str(error)))
        else:
            good.append(span)
            until = span.end
    return good, bad


def _as_row(place: Place, span: Span) -> str:
    begin, end = (at.astimezone(place.zone).strftime("%Y-%m-%d %H:%M:%S") for at in (span.begin, span.end))
    return f"{begin},{end},{span.count_in},{span.count_out}"


def _store_file(
    db: Database,
    place: Place,
    file: Path,
    told: Told,
    good: list[Span],
    bad: list[tuple[int, str, str]],
    now: datetime,
) -> Counter[str]:
    with writing(db):
        outcomes = keep_told(db, place, Told(serial=told.serial, spans=tuple(good), sums=told.sums), now)
        for row, text, reason in bad:
            payload = f"{told.header}\n{text}".encode()
            refusal = Refusal(
                source="csv",
                origin=file.name,
                position=row,
                payload=payload,
                reason=reason,
                store=place.store,
                context={"counter": place.name},
            )
            outcomes["quarantined" if quarantine.put(db, refusal, now) else "refused"] += 1
    return outcomes


def _refusal(place: Place, body: bytes, reason: str) -> Refusal:
    return Refusal(
        source="http",
        origin=f"counts/{place.settings.make}/{place.name}",
        payload=body,
        reason=reason,
        store=place.store,
        context={"counter": place.name},
        # Sums go on rising: the newest says all that an older one said.
        newest_only=place.settings.make in ONE_WAY,
    )


def _report(
    file: Path,
    place: Place,
    told: Told,
    good: list[Span],
    bad: list[tuple[int, str, str]],
    outcomes: Counter[str],
    *,
    dry_run: bool,
) -> CountsReport:
    counted = [(span.count_in, span.count_out) for span in good if place.line(span.name) is not None]
    inwards, outwards = (sum(way) for way in zip(*counted, strict=True)) if counted else (0, 0)
    return CountsReport(
        file=file.name,
        rows_read=told.rows_read or len(told.spans) + len(told.sums),
        new=outcomes["new"],
        changed=outcomes["changed"],
        unchanged=outcomes["unchanged"],
        quarantined=outcomes["quarantined"],
        refused=outcomes["refused"],
        entries=outwards if place.settings.swapped else inwards,
        exits=inwards if place.settings.swapped else outwards,
        first=min((span.begin for span in good), default=None),
        last=max((span.end for span in good), default=None),
        passed_over=told.passed_over,
        problems=tuple(CountProblem(row, reason) for row, _, reason in sorted(bad)[:_PROBLEMS_SHOWN]),
        dry_run=dry_run,
    )
