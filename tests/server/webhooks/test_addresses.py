"""Webhooks go out into the world, and not into the shop's own network."""

from __future__ import annotations

import contextlib
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.webhooks.addresses import WebhookRefused, is_public, reachable, target_of


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("127.0.0.1", id="this machine"),
        pytest.param("127.9.9.9", id="this machine by another number"),
        pytest.param("0.0.0.0", id="any"),
        pytest.param("10.1.2.3", id="private 10"),
        pytest.param("172.16.0.1", id="private 172"),
        pytest.param("192.168.1.1", id="private 192"),
        pytest.param("169.254.169.254", id="the cloud's own data"),
        pytest.param("100.64.0.1", id="carrier's NAT"),
        pytest.param("224.0.0.1", id="multicast"),
        pytest.param("255.255.255.255", id="broadcast"),
        pytest.param("::1", id="this machine, IPv6"),
        pytest.param("::", id="any, IPv6"),
        pytest.param("fe80::1", id="link-local"),
        pytest.param("fd00::1", id="private IPv6"),
        pytest.param("ff02::1", id="multicast IPv6"),
        pytest.param("::ffff:127.0.0.1", id="IPv4 in IPv6"),
        pytest.param("64:ff9b::7f00:1", id="this machine through NAT64"),
        pytest.param("64:ff9b::a9fe:a9fe", id="the cloud's own data through NAT64"),
        pytest.param("2002:7f00:0001::", id="this machine through 6to4"),
    ],
)
def test_addresses_of_ones_own_network_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    shown = f"[{address}]" if ":" in address else address
    with pytest.raises(WebhookRefused, match="network of your own"):
        target_of(f"https://{shown}/hook", allow_private=False)
    assert target_of(f"http://{shown}/hook", allow_private=True).host == address


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_addresses_of_the_world_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        pytest.param("http://example.com/", "https", id="can be read on its way"),
        pytest.param("ftp://example.com/", "https", id="not HTTP"),
        pytest.param("file:///etc/passwd", "https", id="a file"),
        pytest.param("example.com", "https", id="no scheme"),
        pytest.param("https://", "name of a machine", id="no machine"),
        pytest.param("https://user:secret@example.com/", "no user name", id="a password in it"),
        pytest.param("https://example.com/#x", "fragment", id="a fragment"),
        pytest.param("https://example.com:99999/", "not an address", id="no such port"),
        pytest.param("https://[::1/", "not an address", id="half an IPv6 address"),
        pytest.param("https://example.com/a b", "ASCII", id="a space"),
        pytest.param("https://example.com/\r\nHost: x", "ASCII", id="a second header"),
        pytest.param("https://bücher.example/", "ASCII", id="not ASCII"),
        pytest.param("https://localhost/", "network of your own", id="localhost"),
        pytest.param("https://x.localhost/", "network of your own", id="below localhost"),
        pytest.param("https://example.com/" + "x" * 2000, "2000", id="too long"),
    ],
)
def test_what_is_no_address_to_tell_is_refused(url: str, why: str) -> None:
    with pytest.raises(WebhookRefused, match=why):
        target_of(url, allow_private=False)


def test_an_address_is_taken_apart() -> None:
    target = target_of("https://example.com:8443/a/b?c=d", allow_private=False)
    assert (target.secure, target.host, target.port, target.path) == (True, "example.com", 8443, "/a/b?c=d")
    assert target.host_header == "example.com:8443"


def test_a_name_that_leads_home_is_refused_when_it_is_looked_up() -> None:
    # Some numbers are names to urlsplit but addresses to the system: 2130706433 is 127.0.0.1.
    target = target_of("https://2130706433/", allow_private=False)
    with pytest.raises(WebhookRefused, match="network of your own"):
        reachable(target, allow_private=False)
    assert reachable(target, allow_private=True) == ["127.0.0.1"]


@given(st.text(max_size=80))
def test_no_text_does_more_than_being_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"http://{text}/"):
        with contextlib.suppress(WebhookRefused):
            assert target_of(url, allow_private=True).host
