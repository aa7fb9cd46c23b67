"""Where webhooks may go: not into the shop's own network, unless the configuration allows it."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from server.errors import ServerError

LONGEST_URL = 2000

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class WebhookRefused(ServerError):
    """An address that webhooks may not go to."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart."""

    secure: bool
    host: str
    port: int
    path: str
    host_header: str


def target_of(url: str, *, allow_private: bool) -> Target:
    """A webhook's address taken apart; names are looked up only when something is sent.

    Raises:
        WebhookRefused: not an address that may be told, in a sentence.
    """
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise WebhookRefused(f"an address has at most {LONGEST_URL} characters of ASCII, without spaces")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise WebhookRefused(f"this is not an address: {error}") from error
    if parts.scheme not in {"https", "http"} or not host:
        raise WebhookRefused("an address begins with https:// and the name of a machine")
    if parts.username is not None or parts.fragment:
        raise WebhookRefused("an address holds no user name and no #fragment")
    if not allow_private:
        _refuse_at_home(parts.scheme, host)
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, host, port or (443 if secure else 80), path, parts.netloc)


def _refuse_at_home(scheme: str, host: str) -> None:
    if scheme != "https":
        raise WebhookRefused("an address begins with https://, for what is sent can be read on its way")
    literal = _literal(host)
    if host == "localhost" or host.endswith(".localhost") or (literal and not is_public(literal)):
        raise WebhookRefused(
            f"{host} is in a network of your own; webhooks go there only with webhooks.allow_private = true"
        )


def reachable(target: Target, *, allow_private: bool) -> list[str]:
    """The addresses that a target's name has now and that may be told.

    Whoever connects must use these and not the name again: it may lead elsewhere a moment later.

    Raises:
        WebhookRefused: the name is unknown, or leads only where webhooks may not go.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise WebhookRefused(f"the name {target.host} cannot be looked up: {error}") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    allowed = [text for text in addresses if allow_private or _is_public_text(text)]
    if not allowed:
        raise WebhookRefused(
            f"{target.host} leads into a network of your own; webhooks go there only with"
            " webhooks.allow_private = true"
        )
    return allowed


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, also the IPv4 one that it may hold inside."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inside(address)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour


def _is_public_text(text: str) -> bool:
    address = _literal(text)
    return address is not None and is_public(address)


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
