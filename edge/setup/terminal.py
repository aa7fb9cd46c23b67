"""What the terminal shows of the page: addresses, fingerprint, codes, and a QR code of address and code.

Codes are said here and nowhere else: no log, file or message has them.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console


class Terminal:
    """Says where the page is and what lets in.

    Args:
        out: the terminal.
        addresses: of the page; the first is what a QR code leads to.
        is_reached: whether a phone can open it; there is no QR code of a page of this machine only.
    """

    def __init__(self, out: Console, addresses: Sequence[str], *, is_reached: bool) -> None:
        self._out = out
        self._addresses = addresses
        self._is_reached = is_reached

    def say_where(self, fingerprint: str | None) -> None:
        """Addresses, and by what their certificate is known."""
        for address in self._addresses:
            self._say(f"Open {address}")
        if fingerprint:
            self._say(f"Certificate, SHA-256: {fingerprint}")
        self._say("End it with Ctrl-C.")

    def tell_code(self, code: str) -> None:
        """A code, and where a phone can see it the QR code that brings it along."""
        # Behind the # it stays in the browser: addresses are sent and logged without that part.
        self._show(f"{self._addresses[0]}#{code}")
        self._out.print(f"Code: [bold]{code}[/] (lets in once, within half an hour)", highlight=False)

    def show_address(self) -> None:
        """A QR code of the address alone, for those who have a password."""
        self._show(self._addresses[0])

    def _show(self, text: str) -> None:
        # In a file, a journal or a terminal without their signs, blocks are of no use to anybody.
        if not (self._is_reached and self._out.is_terminal and self._out.encoding.startswith("utf")):
            return
        drawn = qr_code(text)
        self._say(drawn or "For a QR code here: pip install 'footfall[setup]'")

    def _say(self, text: str) -> None:
        self._out.print(text, highlight=False, markup=False, soft_wrap=True)


def qr_code(text: str) -> str | None:
    """A text as a QR code of block signs, light on dark; None where the package segno is not installed."""
    try:
        import segno
    except ImportError:
        return None
    drawn = io.StringIO()
    segno.make(text, error="m", micro=False).terminal(drawn, border=2, compact=True)
    return drawn.getvalue().rstrip("\n")
