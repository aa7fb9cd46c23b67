"""The entry of the command line `footfall-server`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run a command, or say which extra has to be installed first."""
    try:
        from server.commands import run_command
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in {"server", "edge"}:
            raise
        print(f"error: footfall-server needs the package {error.name}", file=sys.stderr)
        print("hint: pip install 'footfall[server]'", file=sys.stderr)
        sys.exit(3)
    run_command()


if __name__ == "__main__":
    main()
