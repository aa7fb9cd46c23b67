"""Looks at the device itself: folder, disk, secrets, clock, heat and memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from edge.config import EdgeSettings
from edge.credentials import broker_password, read_secret
from edge.doctor.finding import Finding, Verdict, wrong
from edge.errors import EdgeError
from edge.wire import Machine

LEAST_FREE_MB = 100.0
HOT_CELSIUS = 80.0
"""A Raspberry Pi slows down from here on."""

LEAST_MEMORY_MB = 100.0


def state_folder(folder: Path) -> Finding:
    """Whether counts can be kept."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix="doctor-") as file:
            file.write(b"footfall")
            file.flush()
    except OSError as error:
        return Finding(
            "permissions",
            Verdict.WRONG,
            f"the state folder {folder} cannot be written: {error.strerror}",
            "correct state.folder, or give the folder to the device's user",
            exit_code=3,
        )
    return Finding("permissions", Verdict.FINE, f"the state folder {folder} can be written")


def secrets(settings: EdgeSettings) -> Iterator[Finding]:
    """Whether the files with passwords can be read, and by whom."""
    named = [("broker.password_file", settings.broker.password_file, broker_password)]
    named += [
        (f"cameras.{name}.password_file", one.password_file, read_secret)
        for name, one in settings.cameras.items()
    ]
    for setting, path, read in named:
        if path is None:
            continue
        try:
            read(path)
        except EdgeError as error:
            yield wrong("permissions", error)
            continue
        if path.stat().st_mode & 0o007:
            yield Finding(
                "permissions",
                Verdict.WARNING,
                f"{path} of {setting} can be read by everybody on this device",
                f"chmod 0640 {path}",
            )
        else:
            yield Finding(
                "permissions", Verdict.FINE, f"{path} of {setting} is readable to us and not to all"
            )


def disk(settings: EdgeSettings, free_mb: float | None) -> Finding:
    """Whether the outboxes find room."""
    wanted = settings.state.most_megabytes * len(settings.cameras)
    if free_mb is None:
        return Finding("disk", Verdict.UNKNOWN, "how much space is left cannot be told")
    sentence = f"{free_mb:.0f} MiB are left where counts are kept"
    if free_mb < LEAST_FREE_MB:
        return Finding("disk", Verdict.WRONG, sentence, "make room, or take a larger disk", exit_code=3)
    if free_mb < wanted:
        return Finding(
            "disk",
            Verdict.WARNING,
            f"{sentence}, and outboxes may take {wanted} MiB while the broker is away",
            "make room, or lower state.most_megabytes",
        )
    return Finding("disk", Verdict.FINE, sentence)


def clock(is_set: bool | None, *, trusted: bool = False) -> Finding:
    """Whether the time is set by the network, or need not be.

    Args:
        is_set: as `kernel_knows` tells it.
        trusted: the configuration says that the clock is right without.
    """
    if trusted and not is_set:
        sentence = (
            'the clock is believed as it is (clock = "trusted"); nobody here can tell whether it is right'
        )
        return Finding("clock", Verdict.FINE, sentence)
    if is_set is None:
        return Finding("clock", Verdict.UNKNOWN, "whether the clock is set by NTP cannot be told here")
    if not is_set:
        return Finding(
            "clock",
            Verdict.WARNING,
            "the clock is not set by NTP: counts of live cameras wait apart until it is",
            "turn NTP on, as with 'timedatectl set-ntp true', and let the device reach a time server",
        )
    return Finding("clock", Verdict.FINE, "the clock is set by NTP")


def machine(now: Machine) -> Iterator[Finding]:
    """Heat and memory, where the board tells them."""
    celsius, memory = now.temperature_celsius, now.memory_available_mb
    if celsius is not None:
        hot = celsius >= HOT_CELSIUS
        yield Finding(
            "temperature",
            Verdict.WARNING if hot else Verdict.FINE,
            f"the board has {celsius:.0f} °C",
            "give it air, or a heat sink: boards slow down when they are hot" if hot else "",
        )
    if memory is not None:
        short = memory < LEAST_MEMORY_MB
        yield Finding(
            "memory",
            Verdict.WARNING if short else Verdict.FINE,
            f"{memory:.0f} MiB of memory are free",
            "end other programs, or take a board with more" if short else "",
        )
