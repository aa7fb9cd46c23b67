"""The commands that measure accuracy: mark what you see in a clip, and score a count against it."""

from __future__ import annotations

import json
import secrets
import threading
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from edge.assembly import CameraProcess, facts_of
from edge.config import CameraSettings, EdgeSettings, load_settings
from edge.errors import EdgeError
from edge.signals import on_signals
from edge.terminal import err, out
from edge.truth import (
    TOLERANCE_SECONDS,
    ClipFacts,
    Places,
    Score,
    Truth,
    camera_of,
    given_places,
    placed,
    read_truth,
    score,
    true_line,
    true_zone,
)
from edge.truth.format import SCHEMA
from edge.truth.frames import Frames, clip_facts
from edge.truth.marking import Marking
from edge.truth.report import in_words, report
from edge.truth.scoring import Tally
from edge.truth.serving import Clicker

app = typer.Typer(
    help="How well is it counted: mark what you see in a clip, score a count against it.",
    no_args_is_help=True,
)


ClipArgument = Annotated[Path, typer.Argument(help="A recording; any format that FFmpeg decodes.")]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The device's TOML file: its detector, lines and zones."),
]
CameraOption = Annotated[str | None, typer.Option(help="Which camera of the configuration.")]
LineOption = Annotated[
    list[str] | None,
    typer.Option(
        "--line", help="NAME=X0,Y0,X1,Y1:WAY in pixels; WAY is where in leads: left, right, up or down."
    ),
]
ZoneOption = Annotated[
    list[str] | None, typer.Option("--zone", help="NAME=X0,Y0,X1,Y1,X2,Y2,… in pixels, in order around it.")
]


@app.command("score")
def score_command(
    clip: ClipArgument,
    truth: Annotated[
        Path, typer.Argument(help="Its truth: footfall-truth/1, a list of clips, or MOT gt.txt.")
    ],
    config: ConfigOption = None,
    camera: CameraOption = None,
    line: LineOption = None,
    zone: ZoneOption = None,
    model: Annotated[
        str | None, typer.Option(help="A name of 'footfall-edge model list'; unset: auto.")
    ] = None,
    fps: Annotated[
        float | None, typer.Option(min=0.5, max=1000, help="Look at so many frames a second.")
    ] = None,
    tolerance: Annotated[
        float, typer.Option(min=0, max=60, help="Most seconds between a true crossing and the counted one.")
    ] = TOLERANCE_SECONDS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Count a clip as a device would, and say what was missed and what was too much.

    Example: footfall-edge truth score monday.mp4 monday.truth.json --config edge.toml
    """
    facts = clip_facts(clip)
    settings = load_settings(config) if config else None
    given = _places(settings, camera, line, zone, facts)
    known, notes = placed(read_truth(truth, facts, given), given)
    if not known.lines and not known.zones:
        raise EdgeError("nothing is left to score", "; ".join(notes))
    if not as_json:
        for note in notes:
            err.print(f"note: {note}", highlight=False, markup=False, soft_wrap=True)
    counted, process = facts_of(_to_count(settings, known, model, clip), "clip", clip.resolve(), most_fps=fps)
    result = score(known, counted, tolerance)
    if as_json:
        out.print_json(json.dumps(_told(process, known, fps, notes) | report(result)))
    else:
        _show(process, known, result)


@app.command()
def annotate(
    clip: ClipArgument,
    file: Annotated[Path, typer.Option("--out", help="The truth file to write, such as monday.truth.json.")],
    config: ConfigOption = None,
    camera: CameraOption = None,
    line: LineOption = None,
    zone: ZoneOption = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a truth file that is there.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
) -> None:
    """Serve a page on this machine only, on which you step through a clip and mark who crosses and who stays.

    Keys: arrows one frame, with shift ten; space plays; i in, o out; e enters, l leaves a zone; z takes back;
    s saves. No picture is written. End it with Ctrl-C; what is not saved yet is saved then.

    Example: footfall-edge truth annotate monday.mp4 --config edge.toml --out monday.truth.json
    """
    facts = clip_facts(clip)
    settings = load_settings(config) if config else None
    begun, known = _begin(file, facts, _places(settings, camera, line, zone, facts), resume=resume)
    marking, frames = Marking(begun, file, known), Frames(clip, facts.fps)
    with Clicker(facts, frames, marking, secrets.token_urlsafe(16), port) as server:
        out.print(f"Open {server.address}", highlight=False, soft_wrap=True)
        out.print("End it with Ctrl-C.")
        _serve(server)
    frames.close()
    if marking.worth_saving:
        marking.save()
    waiting = len(marking.marks.inside)
    if waiting:
        err.print(f"{waiting} visit(s) that nobody ended are not in the file")
    if file.exists():
        out.print(f"{len(marking.marks)} events are in {file}", highlight=False, markup=False, soft_wrap=True)


def _places(
    settings: EdgeSettings | None,
    camera: str | None,
    lines: list[str] | None,
    zones: list[str] | None,
    clip: ClipFacts,
) -> Places:
    """Those of the options; where there are none, those of the configuration."""
    given = given_places(lines or (), zones or (), clip)
    if settings is None or given.lines or given.zones:
        return given
    one = _camera(settings, camera)
    return Places(one.lines, one.zones)


def _camera(settings: EdgeSettings, name: str | None) -> CameraSettings:
    known = ", ".join(settings.cameras)
    if name is None and len(settings.cameras) == 1:
        return next(iter(settings.cameras.values()))
    if name not in settings.cameras:
        raise EdgeError(f"which camera is meant? There are {known}", "name it with --camera")
    return settings.cameras[name]


def _to_count(settings: EdgeSettings | None, truth: Truth, model: str | None, clip: Path) -> EdgeSettings:
    """The device's settings, or the default ones, with the truth's lines and zones as the only camera's."""
    basis: dict[str, Any] = {"store": "truth", "device": "score"}
    if settings:
        basis = settings.model_dump(exclude={"cameras"})
    if model:
        basis["detector"] = {**basis.get("detector", {}), "model": model, "width": None}
    return EdgeSettings.model_validate(basis | {"cameras": {"clip": camera_of(truth, str(clip))}})


def _begin(path: Path, clip: ClipFacts, given: Places, *, resume: bool) -> tuple[Truth, bytes | None]:
    """The truth to begin with, and the content of the file that it comes from."""
    if path.exists() and not resume:
        raise EdgeError(f"{path} is there already", "go on with it by --resume, or give another name")
    if not path.parent.is_dir():
        raise EdgeError(f"{path.parent} is no folder", "make it, or give another --out")
    if path.exists():
        known = path.read_bytes()
        return read_truth(path, clip, given), known
    if not given.lines and not given.zones:
        raise EdgeError("there is nothing to mark", "give --line, --zone or --config")
    content = {
        "schema": SCHEMA,
        "clip": clip,
        "how": "marked by hand with footfall-edge truth annotate",
        "lines": tuple(true_line(one, clip) for one in given.lines),
        "zones": tuple(true_zone(one, clip) for one in given.zones),
    }
    return Truth.model_validate(content), None


def _serve(server: Clicker) -> None:
    """Serves until the user has had enough."""
    over = threading.Event()
    on_signals(over.set)
    thread = threading.Thread(target=server.serve_forever, name="page")
    thread.start()
    try:
        over.wait()
    finally:
        server.shutdown()
        thread.join()


def _told(process: CameraProcess, truth: Truth, fps: float | None, notes: list[str]) -> dict[str, Any]:
    return {
        "clip": truth.clip.file,
        "truth_from": truth.how,
        "anchors": sorted({line.anchor for line in truth.lines}),
        "detector": process.model.card.model_dump(),
        "fps": min(fps or truth.clip.fps, truth.clip.fps),
        "frames": process.vitals.frames_done,
        "notes": notes,
    }


def _show(process: CameraProcess, truth: Truth, result: Score) -> None:
    for said in (process.model.in_words, *process.looks):
        out.print(said, highlight=False, soft_wrap=True)
    if result.lines:
        out.print(_lines_table(result))
        for line in result.lines:
            _say_moments(f"{line.line} {line.direction.value}", line.missed_at, line.extra_at)
    if result.zones:
        out.print(_zones_table(result))
        for zone in result.zones:
            _say_moments(zone.zone, zone.missed_at, zone.extra_at)
    out.print(
        f"Matched within {result.tolerance_seconds:g} s. In brackets 95 % intervals: recall and precision "
        "by Wilson, counted / true by MOVER of Wilson and Poisson score.",
        highlight=False,
    )
    others = {line.anchor for line in truth.lines} - {"foot"}
    if others:
        out.print(
            f"The truth looked at the {', '.join(sorted(others))}, the device at feet: moments may differ."
        )


def _lines_table(result: Score) -> Table:
    table = Table(
        "line",
        "direction",
        "true",
        "counted",
        "matched",
        "missed",
        "extra",
        "recall",
        "precision",
        "counted / true",
        "off by",
    )
    for line in result.lines:
        name = f"{line.direction.value} ({line.words})" if line.words else line.direction.value
        table.add_row(line.line, name, *_numbers(line.tally), _seconds(line.median_error, line.p95_error))
    if len(result.lines) > 1:
        table.add_row("all", "", *_numbers(result.total), "")
    return table


def _zones_table(result: Score) -> Table:
    table = Table(
        "zone",
        "true",
        "counted",
        "matched",
        "missed",
        "extra",
        "recall",
        "precision",
        "counted / true",
        "dwell off by",
    )
    for zone in result.zones:
        off = "–"
        if zone.mean_absolute_error is not None and zone.bias is not None:
            off = f"{zone.mean_absolute_error:.2f} s, bias {zone.bias:+.2f} s"
        table.add_row(zone.zone, *_numbers(zone.tally), off)
    return table


def _numbers(tally: Tally) -> list[str]:
    counts = [tally.true, tally.counted, tally.matched, tally.missed, tally.extra]
    shown = ["?" if number is None else str(number) for number in counts]
    return [*shown, in_words(tally.recall), in_words(tally.precision), in_words(tally.ratio)]


def _seconds(median: float | None, p95: float | None) -> str:
    return "–" if median is None or p95 is None else f"{median:.2f} s, p95 {p95:.2f} s"


def _say_moments(name: str, missed: tuple[float, ...], extra: tuple[float, ...]) -> None:
    for what, moments in (("missed", missed), ("extra", extra)):
        if moments:
            listed = ", ".join(f"{at:.1f}" for at in moments[:20]) + (" …" if len(moments) > 20 else "")
            out.print(f"{name}: {what} at {listed} s", highlight=False, markup=False, soft_wrap=True)
