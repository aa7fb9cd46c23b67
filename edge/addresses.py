"""Addresses of cameras: which kinds there are, what may be shown of them, and slips of the pen in them."""

from __future__ import annotations

import difflib
import re
from urllib.parse import quote, urlsplit, urlunsplit

SCHEMES = ("rtsp", "rtsps", "http", "https")
"""Of network cameras."""

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):/")
_HALF_A_SCHEME = re.compile(r"^(rtsps?|https?):", re.IGNORECASE)
_USER_AND_PASSWORD = re.compile(r"^([A-Za-z][\w+.-]*:/{0,2}).*@")
# Many cameras take them as parameters, in the query or in the path, parted by & or by _.
_SECRET = re.compile(
    r"(user(?:name)?|pass(?:word|wd)?|pwd|auth|token|key)=[^&/?#]*?(?=_[a-z]+=|[&/?#]|$)", re.IGNORECASE
)


def is_live(source: str) -> bool:
    """Whether a source is a camera rather than a recording."""
    return source.startswith((*(f"{scheme}://" for scheme in SCHEMES), "usb:"))


def doubt_of(source: str) -> str:
    """What is wrong with a source that is meant for an address and is none; empty if nothing is.

    A misspelt `rstp://` would be taken for the path of a recording otherwise.
    """
    if is_live(source):
        return ""
    if half := _HALF_A_SCHEME.match(source):
        return f"an address begins with {half[1].lower()}://, in small letters and with two slashes"
    scheme = _SCHEME.match(source)
    if scheme is None:
        return ""
    known = ", ".join(f"{one}://" for one in SCHEMES)
    close = difflib.get_close_matches(scheme[1].lower(), SCHEMES, 1)
    meant = f"did you mean {close[0]}://? " if close else ""
    return f"{scheme[1]}:// is no kind of camera; {meant}known are {known} and usb:"


def without_credentials(address: str) -> str:
    """An address as it may be shown: whatever may be a user or password replaced by three dots."""
    # Up to the last @: a password may hold any sign, and few write it escaped as addresses need it.
    return _SECRET.sub(r"\1=…", _USER_AND_PASSWORD.sub(r"\1…@", address))


def with_credentials(address: str, credentials: str) -> str:
    """An address with user:password in it, escaped as addresses need it."""
    user, _, password = credentials.strip().partition(":")
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{host}"))


def host_of(address: str) -> str | None:
    """The host of a network camera's address; None where there is none."""
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None  # an unfinished IPv6 address
