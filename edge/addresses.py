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


# Names below /dev/v4l say which plug it is, or which camera, and stay when another one is plugged in.
_USB = re.compile(r"^usb:(\d{1,3}|/dev/[\w./:+,=@-]+)$")
_AUTHORITY = re.compile(r"^[a-z]+://([^/?#]*)(.*)$", re.DOTALL)


def is_live(source: str) -> bool:
    """Whether a source is a camera rather than a recording."""
    return source.startswith((*(f"{scheme}://" for scheme in SCHEMES), "usb:"))


def doubt_of(source: str) -> str:
    """What is wrong with a source that is meant for an address and is none; empty if nothing is.

    A misspelt `rstp://` would be taken for the path of a recording otherwise.
    """
    if source.startswith("usb:"):
        return "" if usb_device(source) else "a USB camera is usb:0, or usb:/dev/video0"
    if is_live(source):
        return _doubt_of_network(source)
    if half := _HALF_A_SCHEME.match(source):
        return f"an address begins with {half[1].lower()}://, in small letters and with two slashes"
    scheme = _SCHEME.match(source)
    if scheme is None:
        return ""
    known = ", ".join(f"{one}://" for one in SCHEMES)
    close = difflib.get_close_matches(scheme[1].lower(), SCHEMES, 1)
    meant = f"did you mean {close[0]}://? " if close else ""
    return f"{scheme[1]}:// is no kind of camera; {meant}known are {known} and usb:"


def usb_device(source: str) -> str | None:
    """The device file of a USB camera's source; None if it is none."""
    usb = _USB.match(source)
    if usb is None:
        return None
    return usb[1] if usb[1].startswith("/") else f"/dev/video{usb[1]}"


def doubt_of_host(host: str) -> str:
    """What is wrong with a machine's name or address; empty if it can be looked up. It is not shown."""
    if not host:
        return "it names no machine"
    if any(sign.isspace() for sign in host):
        return "there is a space in the machine's name"
    try:
        host.encode("idna")
    except UnicodeError:
        return "its machine's name is none: each part between two dots has 1 to 63 letters"
    return ""


def _doubt_of_network(address: str) -> str:
    """What is wrong with the machine or port of an address; not even a part of a password is shown."""
    if _password_breaks_off(address):
        return (
            "its user and password hold a sign that ends them early, as / ? # and [ do: write"
            " user:password into a file as they are, name it as password_file, and leave both out here"
        )
    if doubt := doubt_of_host(host_of(address) or ""):
        return doubt
    return "" if _has_usable_port(address) else "its port is no number from 1 to 65535"


def _password_breaks_off(address: str) -> bool:
    """Whether a password stands where the port is expected, and goes on behind the sign that ended it."""
    parted = _AUTHORITY.match(address)
    if parted is None:
        return False
    login, _, machine = parted[1].rpartition("@")
    _, colon, port = machine.rpartition(":")
    no_port = bool(colon) and not port.isdigit() and not machine.endswith("]")
    return "[" in login or ("@" in parted[2] and no_port)


def _has_usable_port(address: str) -> bool:
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False


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
