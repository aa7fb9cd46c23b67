"""The command that serves the set-up page."""

from __future__ import annotations

import getpass
import ipaddress
import socket
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge.assembly import (
    accept_view,
    audits_folder,
    check_usable,
    choose_detector,
    open_chosen,
    shown_source,
    since_boot,
)
from edge.clock import DeviceClock, boot_name
from edge.config import CameraSettings, EdgeSettings, load_settings
from edge.configuration import Configuration
from edge.detection import Detector
from edge.errors import EdgeError
from edge.outbox import Audits
from edge.signals import on_signals
from edge.terminal import err, out

if TYPE_CHECKING:  # the page needs packages of its own, which a device that only counts has not
    from edge.setup.desk import Desk
    from edge.setup.entry import Door
    from edge.setup.serving import SetupServer
    from edge.setup.sights import Looked
    from edge.setup.terminal import Terminal
    from edge.setup.tls import Identity
    from edge.setup.watching import Watching

UNUSED_SECONDS = 3600.0
"""A page that nobody has used for so long ends by itself."""


def setup(
    config: Annotated[
        Path,
        typer.Option("--config", "-c", envvar="FOOTFALL_EDGE_CONFIG", help="The device's TOML file."),
    ] = Path("edge.toml"),
    camera: Annotated[str | None, typer.Option(help="Which camera of the configuration.")] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen at; 0.0.0.0: all, so that a phone reaches it.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8484,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate (PEM); unset: one made here.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key (PEM).")] = None,
    without_tls: Annotated[
        bool,
        typer.Option(
            "--without-tls", help="Plain HTTP, also to other machines: only in a network of your own."
        ),
    ] = False,
    password_file: Annotated[
        Path | None, typer.Option(help="Let in by a password, whose hash stands there, and not by a code.")
    ] = None,
    hash_password: Annotated[
        bool, typer.Option("--hash-password", help="Ask for a password and print its hash; nothing else.")
    ] = False,
) -> None:
    """Serve the set-up page: draw lines and zones on the live picture, try them, save them, audit a count.

    People are veiled in the picture, and no picture is kept. The page ends with Ctrl-C, or when nobody has
    used it for an hour.

    Example: footfall-edge setup --config edge.toml --host 0.0.0.0
    """
    if hash_password:
        out.print(_asked_hash(), highlight=False, soft_wrap=True)
        return
    _check_installed()
    settings = load_settings(config)
    name = _known_camera(settings, camera)
    identity = _identity(settings, host, tls_cert, tls_key, without_tls=without_tls)
    desk, watching = _desk(config, settings, name)
    codes: list[Callable[[str], None]] = []
    door = _door(lambda code: codes[0](code), password_file)
    with _server(desk, door, host, port, identity) as server:
        terminal = _terminal(server, host)
        codes.append(terminal.tell_code)
        watching.start()
        terminal.say_where(identity.fingerprint if identity else None)
        if not identity and not _is_loopback(host):
            err.print(
                "warning: without TLS whoever listens in this network reads the code and sees the picture"
            )
        if password_file:
            terminal.show_address()
        door.open(time.monotonic())
        _serve(server)
    watching.stop()


def _check_installed() -> None:
    if find_spec("tomlkit") is None:
        raise EdgeError(
            "the set-up page needs the package tomlkit", "install it with pip install 'footfall[edge,setup]'"
        )


def _desk(config: Path, settings: EdgeSettings, name: str) -> tuple[Desk, Watching]:
    from edge.setup.desk import Desk
    from edge.setup.in_use import InUseNow
    from edge.setup.keeping import DeviceFile
    from edge.setup.sights import Looked
    from edge.setup.watching import Watching

    clock = DeviceClock(time.time, since_boot, boot_name(), lambda: None)
    camera = settings.cameras[name]

    def detector(looked: Looked, height: float | None) -> Detector:
        shown = looked.camera.model_copy(update={"person_height": height} if height else {})
        chosen = choose_detector(shown, settings.detector.model, settings.detector.runtime)
        return open_chosen(chosen, settings, shown, everywhere=looked.everywhere)

    def detector_name(one: CameraSettings) -> str:
        return choose_detector(one, settings.detector.model, settings.detector.runtime).name

    detector_name(camera)  # a missing model is said here, and not on the page
    watching = Watching(Looked(camera), lambda: shown_source(name, camera, clock.steady), detector)
    desk = Desk(
        DeviceFile(config, name),
        name,
        settings,
        InUseNow(Configuration(config, check_usable)),
        watching,
        Audits(audits_folder(settings, name)),
        detector_name,
        lambda: accept_view(settings, name),
        clock.steady,
    )
    return desk, watching


def _server(desk: Desk, door: Door, host: str, port: int, identity: Identity | None) -> SetupServer:
    from edge.setup.serving import SetupServer

    return SetupServer(desk, door, time.monotonic, host, port, identity.context() if identity else None)


def _terminal(server: SetupServer, host: str) -> Terminal:
    from edge.setup.terminal import Terminal

    hosts = _own_addresses() if host in ("0.0.0.0", "::") else [host]  # noqa: S104 - compared, not bound
    return Terminal(out, [server.address_at(one) for one in hosts], is_reached=not _is_loopback(host))


def _door(tell_code: Callable[[str], None], password_file: Path | None) -> Door:
    from edge.setup.entry import Door
    from edge.setup.passwords import is_hash

    if password_file is None:
        return Door(tell_code)
    try:
        line = password_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise EdgeError(f"{password_file} cannot be read: {error}") from error
    if not is_hash(line):
        raise EdgeError(
            f"{password_file} holds no hash of a password",
            f"write it with: footfall-edge setup --hash-password > {password_file}",
        )
    return Door(tell_code, line)


def _asked_hash() -> str:
    from edge.setup.passwords import hashed

    first = getpass.getpass("Password: ", sys.stderr)
    if first != getpass.getpass("Once more: ", sys.stderr):
        raise EdgeError("the two are not the same", "try again")
    return hashed(first)


def _identity(
    settings: EdgeSettings, host: str, certificate: Path | None, key: Path | None, *, without_tls: bool
) -> Identity | None:
    """What the page shows to browsers; None: plain HTTP, which stays on this machine unless asked for."""
    from edge.setup.tls import given, made_here

    if (certificate is None) != (key is None):
        raise EdgeError("--tls-cert and --tls-key go together", "give both, or neither")
    if certificate and key:
        return given(certificate, key)
    if without_tls or _is_loopback(host):
        return None
    names = [*_own_addresses(), socket.gethostname(), "localhost"]
    return made_here(settings.state.folder, names, datetime.now(UTC))


def _own_addresses() -> list[str]:
    """The address by which this machine goes out; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return ["127.0.0.1"]
        return [str(probe.getsockname()[0])]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _known_camera(settings: EdgeSettings, name: str | None) -> str:
    known = ", ".join(settings.cameras)
    if name is None and len(settings.cameras) == 1:
        return next(iter(settings.cameras))
    if name not in settings.cameras:
        raise EdgeError(f"which camera is meant? There are {known}", "name it with --camera")
    return name


def _serve(server: SetupServer) -> None:
    """Serves until the technician has had enough, or has gone."""
    over = threading.Event()
    on_signals(over.set)
    thread = threading.Thread(target=server.serve_forever, name="page")
    thread.start()
    try:
        while not over.wait(5.0):
            if time.monotonic() - server.used_at > UNUSED_SECONDS:
                out.print("Nobody has used the page for an hour; it ends.")
                return
    finally:
        server.shutdown()
        thread.join()
