"""Who is in, and since when nobody was; safe for threads."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie

from edge.setup.desk import Desk
from edge.setup.entry import Door, Session


class Reception:
    """Lets people to a desk through a door.

    Args:
        desk: what the page can do.
        door: who is let in.
        steady: seconds of any steady clock.
        is_tls: whether what goes over the network is encrypted.
    """

    def __init__(self, desk: Desk, door: Door, steady: Callable[[], float], *, is_tls: bool) -> None:
        self.desk = desk
        self._door = door
        self._steady = steady
        self._secure = "; Secure" if is_tls else ""
        self._lock = threading.Lock()
        self.used_at = steady()
        # Cookies know no ports: the pages of two cameras would log each other's technician out.
        self._cookie = f"footfall-setup-{secrets.token_hex(4)}"

    def enter(self, said: str) -> str:
        """The cookie of a new session.

        Raises:
            EntryRefused: it was not the right thing to say.
        """
        with self._lock:
            return self._set(self._door.enter(said, self._steady()).token)

    def leave(self, session: Session) -> str:
        """Ends a session; the cookie that takes the place of its own."""
        with self._lock:
            self._door.leave(session.token)
        return self._set("", "; Max-Age=0")

    def session(self, cookies: str) -> Session | None:
        """Whose cookies these are; None: a stranger's."""
        try:
            cookie = SimpleCookie(cookies).get(self._cookie)
        except CookieError:
            return None
        if cookie is None:
            return None
        with self._lock:
            now = self._steady()
            session = self._door.session(cookie.value, now)
            if session:
                self.used_at = now
        return session

    def _set(self, token: str, more: str = "") -> str:
        return f"{self._cookie}={token}; HttpOnly; SameSite=Strict; Path=/{self._secure}{more}"
