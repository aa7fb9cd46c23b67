"""Options that the commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path,
    typer.Option("--config", envvar="FOOTFALL_SERVER_CONFIG", help="The configuration, a TOML file."),
]
StoreId = Annotated[str, typer.Option("--store", help="Id of the store, its name under stores.")]
Stores = Annotated[list[str] | None, typer.Option("--store", help="Id of a store, once for each.")]
AllStores = Annotated[bool, typer.Option("--all-stores", help="All stores, now and later.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

DEFAULT_CONFIG = Path("server.toml")
