"""The command that examines a device."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from edge.config import load_settings
from edge.doctor.examining import examine
from edge.doctor.finding import Finding, Verdict, exit_code_of, wrong
from edge.errors import EdgeError
from edge.terminal import out

SIGNS = {
    Verdict.FINE: "[green]fine[/]",
    Verdict.WARNING: "[yellow]warning[/]",
    Verdict.WRONG: "[bold red]wrong[/]",
    Verdict.UNKNOWN: "[blue]unknown[/]",
}


def doctor(
    config: Annotated[
        Path,
        typer.Option("--config", "-c", envvar="FOOTFALL_EDGE_CONFIG", help="The device's TOML file."),
    ] = Path("edge.toml"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Look at cameras, model, speed, clock, disk, broker and permissions, and say what to do about each.

    Ends with 0 if nothing is wrong, else with the exit code of the first thing that is. May run while the
    device counts.

    Example: footfall-edge doctor --config /etc/footfall/edge.toml
    """
    logging.basicConfig(handlers=[logging.NullHandler()])  # what the parts log stands in the findings
    findings = _found(config) if as_json else list(_shown(examine(load_settings(config))))
    code = exit_code_of(findings)
    if as_json:
        out.print_json(json.dumps({"ok": code == 0, "findings": [asdict(one) for one in findings]}))
    raise typer.Exit(code)


def _found(config: Path) -> list[Finding]:
    """All findings, for a program; a configuration that cannot be used is one, too."""
    try:
        settings = load_settings(config)
    except EdgeError as error:
        return [wrong("configuration", error)]
    return list(examine(settings))


def _shown(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Prints each finding as it comes: a camera that is away takes its time."""
    for finding in findings:
        what = f"{finding.check} of {finding.camera}" if finding.camera else finding.check
        sentence = finding.sentence.replace("[", r"\[")
        out.print(f"{SIGNS[finding.verdict]} {what}: {sentence}", highlight=False, soft_wrap=True)
        if finding.remedy:
            out.print(f"  do: {finding.remedy}".replace("[", r"\["), highlight=False, soft_wrap=True)
        yield finding
