"""The command line of the device."""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from edge import assets
from edge.assembly import (
    CameraProcess,
    check_usable,
    choose_detector,
    only_one,
    open_outbox,
    outbox_path,
    quiet_codecs,
    recording_of,
)
from edge.config import EdgeSettings, load_settings
from edge.configuration import Configuration
from edge.counting import Direction
from edge.doctor.command import doctor
from edge.errors import EdgeError
from edge.figures import doubts_of, summary_of, tables_of, tally_tables
from edge.notifying import READY, Notifier
from edge.running import END_DRAIN_SECONDS, CameraRun
from edge.service import Vitals
from edge.setup_commands import setup
from edge.signals import on_signals
from edge.starter import starter_configuration
from edge.supervising import PARENT_SETTING, Supervisor
from edge.survey import as_rows, survey
from edge.terminal import err, out
from edge.truth_commands import app as truth_app
from edge.view_commands import app as view_app

app = typer.Typer(
    help="Counts people at a camera and publishes the counts over MQTT, never pictures.",
    epilog="Exit codes: 0 fine, 2 wrong usage or configuration, 3 something is missing, "
    "4 an input was refused, 5 a camera or broker cannot be reached, 6 counting hung.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
model_app = typer.Typer(
    help="Weights and clips: which are here, fetch them, check them.", no_args_is_help=True
)
app.add_typer(model_app, name="model")
app.add_typer(truth_app, name="truth")
app.add_typer(view_app, name="view")
app.command()(setup)
app.command("doctor")(doctor)


ConfigOption = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="FOOTFALL_EDGE_CONFIG", help="The device's TOML file."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
DEFAULT_CONFIG = Path("edge.toml")


def main() -> None:
    """Runs the command line; a user's mistake ends in a sentence and an exit code, never in a traceback."""
    quiet_codecs()
    try:
        app()
    except EdgeError as error:
        err.print(f"[bold red]error:[/] {_plain(str(error))}", highlight=False, soft_wrap=True)
        if error.hint:
            err.print(f"[bold]hint:[/] {_plain(error.hint)}", highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)


@app.command()
def run(
    config: ConfigOption = DEFAULT_CONFIG,
    camera: Annotated[
        str | None, typer.Option(help="Count this camera only, in this very process (for service units).")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object when a single recording has ended.")
    ] = False,
) -> None:
    """Count the cameras of the configuration until stopped; a recording is played as a camera would.

    Each has a process of its own that is started again when it crashes or hangs; but for a single recording,
    which is counted here.

    Example: footfall-edge run --config /etc/footfall/edge.toml
    """
    configuration = Configuration(config, partial(check_usable, counted=camera))
    settings = configuration.load().settings
    _log_to(err)
    if camera or _is_one_recording(settings):
        _run_here(configuration, _known_camera(settings, camera), as_json=as_json)
    else:
        _supervise(configuration, config)


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="A recording; any format that FFmpeg decodes.")],
    config: ConfigOption = DEFAULT_CONFIG,
    camera: Annotated[str | None, typer.Option(help="Whose lines and zones to count.")] = None,
    start: Annotated[
        datetime | None,
        typer.Option(
            help="When the recording began, as 2026-11-21T10:00:00, with offset or in UTC; unset: now.",
            formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"],
        ),
    ] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Send the counts to the broker.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where an interrupted replay of this file was left.")
    ] = False,
    real_time: Annotated[bool, typer.Option("--real-time", help="No faster than it was filmed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Count a recording as fast as this machine can, and say what was counted.

    Example: footfall-edge replay monday.mp4 --start 2026-11-16T09:00:00+01:00 --publish
    """
    settings = load_settings(config)
    _log_to(err)
    name = _known_camera(settings, camera)
    if resume and not publish:
        raise EdgeError(
            "--resume goes with --publish only", "without it nothing is kept that could be resumed"
        )
    with _kept_or_not(settings, keep=publish) as settings, only_one(settings, name):
        process = CameraProcess(
            settings,
            name,
            recording=file.resolve(),
            start_at=_epoch(start),
            resume=resume,
            real_time=real_time,
            replayed=True,
            publish=publish,
        )
        began = time.monotonic()
        try:
            on_signals(process.stop)
            with _frames_shown(file.name, quiet=as_json) as on_frame:
                delivered = process.work(on_frame, END_DRAIN_SECONDS if publish else 0.0)
        finally:
            # A file that breaks off ends in an error; what was counted until there is shown all the same.
            if process.vitals.frames_done:
                _show_summary(summary_of(process, time.monotonic() - began), process, as_json=as_json)
    if not delivered:
        raise typer.Exit(_not_delivered(settings, name))


@app.command("check-config")
def check_config(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Say whether a configuration can be used, and everything that is wrong with it.

    Example: footfall-edge check-config --config edge.toml
    """
    try:
        settings = load_settings(config)
    except EdgeError as error:
        if not as_json:
            raise
        out.print_json(json.dumps({"ok": False, "problems": list(getattr(error, "problems", [str(error)]))}))
        raise typer.Exit(error.exit_code) from None
    detector = settings.detector
    chosen = {
        name: choose_detector(one, detector.model, detector.runtime) for name, one in settings.cameras.items()
    }
    surveyed = {name: survey(one) for name, one in settings.cameras.items()}
    if as_json:
        detectors = {name: one.name for name, one in chosen.items()}
        measured = {name: as_rows(found) for name, found in surveyed.items()}
        told = {"cameras": list(settings.cameras), "detectors": detectors, "measured": measured}
        out.print_json(json.dumps({"ok": True, **told}))
        return
    out.print(f"{config} can be used.")
    for name, one in settings.cameras.items():
        numbers = f"{len(one.lines)} line(s), {len(one.zones)} zone(s), {len(one.queues)} queue(s)"
        out.print(f"  camera {name}: {numbers}", highlight=False)
        out.print(f"    {chosen[name].in_words}", highlight=False, soft_wrap=True)
        for found in surveyed[name]:
            out.print(f"    {found.in_words}", highlight=False, soft_wrap=True)
            if found.doubt:
                out.print(f"      warning: {found.doubt}", highlight=False, soft_wrap=True)


@app.command()
def init(
    clip: Annotated[
        str | None, typer.Option(help="Fill it in for a known clip of 'footfall-edge model list'.")
    ] = None,
    store: Annotated[str, typer.Option(help="Name of the store.")] = "my-store",
    device: Annotated[str, typer.Option(help="Name of this device.")] = "door-1",
    host: Annotated[str, typer.Option(help="The broker's host.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The broker's port.")] = 1883,
    source: Annotated[str | None, typer.Option(help="The camera: rtsp://…, usb:0 or a recording.")] = None,
) -> None:
    """Print a configuration to start from, with its settings explained.

    Example: footfall-edge init --store high-street > edge.toml
    """
    sys.stdout.write(
        starter_configuration(clip, store=store, device=device, host=host, port=port, source=source)
    )


@app.command()
def tally(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Show what this device has counted, and what the broker does not have yet.

    Example: footfall-edge tally --config edge.toml --json
    """
    settings = load_settings(config)
    totals = {}
    for camera in settings.cameras:
        if outbox_path(settings, camera).exists():
            box = open_outbox(settings, camera)
            try:
                totals[camera] = box.totals()
            finally:
                box.close()
    if as_json:
        out.print_json(json.dumps({camera: asdict(one) for camera, one in totals.items()}))
        return
    for table in tally_tables(totals):
        out.print(table)
    for camera, one in totals.items():
        out.print(
            f"{camera}: {one.buckets} minutes kept, {one.waiting} wait to be sent, {one.dropped} dropped"
        )
    for camera in (name for name in settings.cameras if name not in totals):
        out.print(f"{camera}: nothing was counted here yet")


@app.command()
def version() -> None:
    """Print the version.

    Example: footfall-edge version
    """
    out.print(installed_version("footfall"), highlight=False)


@model_app.command("list")
def model_list(as_json: JsonOption = False) -> None:
    """Show weights and clips with their licence, and where each is on this machine.

    Example: footfall-edge model list
    """
    manifest = assets.load_manifest()
    rows: list[dict[str, Any]] = []
    for kind, entries in (("model", manifest.models), ("clip", manifest.clips)):
        for name, asset in entries.items():
            found = assets.find(asset)
            row = asset.model_dump(by_alias=True, exclude_none=True) | {"name": name, "kind": kind}
            rows.append(row | {"path": str(found.path) if found else None, "place": found and found.place})
    if as_json:
        out.print_json(json.dumps(rows))
        return
    table = Table("name", "kind", "licence", "person AP", "here")
    for row in rows:
        precision = f"{row['average_precision']:.3f}" if "average_precision" in row else ""
        missing = "no: pull it" if "url" in row else "no: by hand"
        table.add_row(row["name"], row["kind"], row["licence"], precision, str(row["place"] or missing))
    out.print(table)


@model_app.command("pull")
def model_pull(
    name: Annotated[str, typer.Argument(help="A name of 'footfall-edge model list'.")],
    as_json: JsonOption = False,
) -> None:
    """Fetch weights or a clip into the cache, unless they are here already, and check them.

    Example: footfall-edge model pull rtmdet-nano-person
    """
    asset = _known_asset(name)
    found = assets.pull(name, asset, progress=err.is_terminal and not as_json)
    if as_json:
        out.print_json(json.dumps({"name": name, "path": str(found.path), "place": found.place}))
    else:
        out.print(f"{name} is at {found.path} ({asset.licence})", highlight=False, soft_wrap=True)


@model_app.command("verify")
def model_verify(as_json: JsonOption = False) -> None:
    """Check every file that is here against its checksum.

    Example: footfall-edge model verify
    """
    manifest = assets.load_manifest()
    results: dict[str, str] = {}
    damaged = False
    for name, asset in [*manifest.models.items(), *manifest.clips.items()]:
        try:
            results[name] = f"ok: {assets.require(name, asset).path}"
        except assets.AssetDamaged as error:
            results[name], damaged = f"damaged: {error}", True
        except assets.AssetMissing:
            results[name] = "not here"
    if as_json:
        out.print_json(json.dumps(results))
    else:
        for name, result in results.items():
            out.print(f"{name}: {result}", highlight=False, soft_wrap=True)
    if damaged:
        raise typer.Exit(assets.AssetDamaged.exit_code)


def _is_one_recording(settings: EdgeSettings) -> bool:
    cameras = list(settings.cameras.values())
    return len(cameras) == 1 and recording_of(cameras[0]) is not None


def _run_here(configuration: Configuration, camera: str, *, as_json: bool) -> None:
    parent = os.environ.get(PARENT_SETTING)
    run = CameraRun(configuration, camera, Notifier.of(), parent=int(parent) if parent else None)
    on_signals(run.stop, run.reload)
    began = time.monotonic()
    process, delivered = run.run()
    if process is None or not process.vitals.ended:
        return
    summary = summary_of(process, time.monotonic() - began)
    if as_json:
        out.print_json(json.dumps(summary))
    logging.getLogger(__name__).info("camera %s: the recording has ended: %s", camera, summary["lines"])
    if not delivered:
        raise typer.Exit(_not_delivered(run.settings, camera))


def _supervise(configuration: Configuration, config: Path) -> None:
    """One process per camera; one that fails is started again, but not for ever at once."""

    def command(camera: str) -> list[str]:
        return [sys.executable, "-m", "edge", "run", "--config", str(config), "--camera", camera]

    supervisor = Supervisor(configuration, command)
    on_signals(supervisor.stop, supervisor.reload)
    Notifier.of().say(READY)
    if worst := supervisor.run():
        raise typer.Exit(worst)


@contextmanager
def _kept_or_not(settings: EdgeSettings, *, keep: bool) -> Iterator[EdgeSettings]:
    """The settings as they are, or with a state folder that is thrown away afterwards."""
    if keep:
        yield settings
        return
    with tempfile.TemporaryDirectory(prefix="footfall-") as folder:
        yield settings.model_copy(
            update={"state": settings.state.model_copy(update={"folder": Path(folder)})}
        )


@contextmanager
def _frames_shown(name: str, *, quiet: bool) -> Iterator[Any]:
    if quiet or not err.is_terminal:
        yield None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(name, total=None)

        def on_frame(vitals: Vitals) -> None:
            crossings = {line: of.crossings for line, of in vitals.counted.lines.items()}
            counted = " ".join(
                f"{line} {of[Direction.IN]} in {of[Direction.OUT]} out" for line, of in crossings.items()
            )
            progress.update(task, description=f"{name}: frame {vitals.frames_done} {counted}")

        yield on_frame


def _show_summary(summary: dict[str, Any], process: CameraProcess, *, as_json: bool) -> None:
    if as_json:
        out.print_json(json.dumps(summary))
    else:
        _print_summary(summary, process)


def _print_summary(summary: dict[str, Any], process: CameraProcess) -> None:
    out.print(process.model.in_words, highlight=False, soft_wrap=True)
    if process.model.advice:
        out.print(process.model.advice, highlight=False, soft_wrap=True)
    for look in process.looks:
        out.print(look, highlight=False, soft_wrap=True)
    for table in tables_of(summary):
        out.print(table)
    for doubt in doubts_of(summary):
        out.print(f"warning: {doubt}", highlight=False, soft_wrap=True)
    out.print(
        f"{summary['frames']} frames in {summary['seconds']:.1f} s, "
        f"{summary['inference_ms']:.0f} ms a detection, at most {summary['peak_memory_mb']:.0f} MiB",
        highlight=False,
        soft_wrap=True,
    )


def _not_delivered(settings: EdgeSettings, camera: str) -> int:
    broker = settings.broker
    box = open_outbox(settings, camera)
    try:
        waiting, _ = box.depth(time.time())
    finally:
        box.close()
    err.print(
        f"[bold red]error:[/] the broker {_plain(broker.host)}:{broker.port} has not taken everything: "
        f"{waiting} minute(s) wait in {_plain(str(outbox_path(settings, camera)))}",
        highlight=False,
        soft_wrap=True,
    )
    err.print(
        "[bold]hint:[/] nothing is lost; they are sent by the next run that reaches it", highlight=False
    )
    return 5


def _known_camera(settings: EdgeSettings, name: str | None) -> str:
    known = list(settings.cameras)
    if name is None and len(known) == 1:
        return known[0]
    if name is None:
        raise EdgeError(
            "the configuration has several cameras", f"add --camera with one of {', '.join(known)}"
        )
    if name not in settings.cameras:
        raise EdgeError(f"the configuration has no camera {name!r}", f"it has {', '.join(known)}")
    return name


def _known_asset(name: str) -> assets.Asset:
    manifest = assets.load_manifest()
    entries: dict[str, assets.Asset] = {**manifest.models, **manifest.clips}
    if name not in entries:
        raise assets.AssetMissing(f"nothing is called {name!r}", f"known: {', '.join(entries)}")
    return entries[name]


def _epoch(at: datetime | None) -> float | None:
    if at is None:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


def _log_to(console: Console) -> None:
    handler: logging.Handler
    if console.is_terminal:
        handler = RichHandler(console=console, show_path=False)
        handler.setFormatter(logging.Formatter("%(message)s"))
    else:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


if __name__ == "__main__":
    main()
