"""The commands about what a camera sees."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edge.assembly import accept_view
from edge.config import load_settings
from edge.errors import EdgeError
from edge.terminal import out

app = typer.Typer(
    help="What a camera's view looks like when all is well, by which it is noticed that it has moved.",
    no_args_is_help=True,
)


@app.callback()
def view() -> None:
    """Keeps `accept` a word of its own, though it is the only one."""


@app.command()
def accept(
    config: Annotated[
        Path,
        typer.Option("--config", "-c", envvar="FOOTFALL_EDGE_CONFIG", help="The device's TOML file."),
    ] = Path("edge.toml"),
    camera: Annotated[str | None, typer.Option(help="Whose view; needed where there are several.")] = None,
) -> None:
    """Take what a camera sees from now on for good, after it was turned on purpose.

    It may run while the device counts: the camera's process notices within two seconds and learns anew.

    Example: footfall-edge view accept --camera entrance
    """
    settings = load_settings(config)
    names = [camera] if camera else list(settings.cameras)
    if len(names) > 1 or names[0] not in settings.cameras:
        raise EdgeError(
            f"the configuration has no camera {camera!r}" if camera else "it has several cameras",
            f"add --camera with one of {', '.join(settings.cameras)}",
        )
    [name] = names
    said = (
        "what it sees from now on is its view; that is learned within two minutes of light"
        if accept_view(settings, name)
        else "no view was kept, so what it sees is learned as soon as there is light"
    )
    out.print(f"camera {name}: {said}", highlight=False, soft_wrap=True)
    if drawn := len(settings.cameras[name].lines) + len(settings.cameras[name].zones):
        out.print(
            f"  its {drawn} line(s) and zone(s) lie where they were drawn: look whether they still fit",
            highlight=False,
            soft_wrap=True,
        )
