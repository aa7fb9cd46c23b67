"""The whole examination, thing after thing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from edge.assembly import choose_detector, only_one, open_camera, open_chosen, recording_of, steady
from edge.capture import Recording
from edge.clock import kernel_knows
from edge.config import CameraSettings, EdgeSettings
from edge.doctor import broker, camera, device
from edge.doctor.finding import Finding, Verdict, wrong
from edge.errors import EdgeError
from edge.machine import machine_now
from edge.people import Image

PATIENCE_SECONDS = 20.0
"""For the first picture of a camera."""


def examine(settings: EdgeSettings) -> Iterator[Finding]:
    """Everything that a device needs, one finding after the other, as soon as it is known."""
    folder = settings.state.folder
    yield device.state_folder(folder)
    yield from device.secrets(settings)
    now = machine_now(folder)
    yield device.disk(settings, now.disk_free_mb)
    yield from device.machine(now)
    yield device.clock(kernel_knows(), trusted=settings.clock == "trusted")
    yield broker.broker(settings.broker, f"footfall-doctor-{settings.device}-{os.getpid()}")
    for name in settings.cameras:
        yield from _camera(settings, name)


def _camera(settings: EdgeSettings, name: str) -> Iterator[Finding]:
    one = settings.cameras[name]
    try:
        chosen = choose_detector(one, settings.detector.model, settings.detector.runtime)
        yield Finding("model", Verdict.FINE, chosen.in_words, camera=name)
    except EdgeError as error:
        chosen = None
        yield wrong("model", error, name)
    image: Image | None = None
    for finding, shown in _pictures(settings, name, one):
        image = shown if shown is not None else image
        yield finding
    if chosen and image is not None:
        try:
            detector = open_chosen(chosen, settings, one)
        except EdgeError as error:
            yield wrong("model", error, name)
        else:
            yield camera.speed(name, detector, image, one.fps, steady)


def _pictures(
    settings: EdgeSettings, name: str, one: CameraSettings
) -> Iterator[tuple[Finding, Image | None]]:
    """What is found about a camera's pictures, and one of them."""
    if recording := recording_of(one):
        yield _recorded(name, recording)
        return
    if one.source.startswith("usb:") and _is_counted(settings, name):
        sentence = "it is being counted now, and a USB camera serves one program only"
        yield Finding("camera", Verdict.UNKNOWN, sentence, "stop the counting first", name), None
        return
    try:
        live = open_camera(name, one, steady)
    except EdgeError as error:
        yield wrong("camera", error, name), None
        return
    seen = camera.watch(live, camera.WATCH_SECONDS, PATIENCE_SECONDS)
    if seen is None:
        trouble = live.trouble or f"no picture came within {PATIENCE_SECONDS:.0f} s"
        what, _, remedy = trouble.partition("; ")
        yield Finding("camera", Verdict.WRONG, what, remedy, name, exit_code=5), None
        return
    for finding in camera.pictures(name, seen, one.fps):
        yield finding, seen.image


def _recorded(name: str, recording: Path) -> tuple[Finding, Image | None]:
    source = Recording(recording, 0.0)
    try:
        image = next(frame.image for frame in source.frames())
    except EdgeError as error:
        return wrong("camera", error, name), None
    finally:
        source.close()
    height, width = image.shape[:2]
    return Finding("camera", Verdict.FINE, f"the recording has {width}×{height} pixels", camera=name), image


def _is_counted(settings: EdgeSettings, name: str) -> bool:
    try:
        with only_one(settings, name):
            return False
    except EdgeError:
        return True
