"""By which names the server may be called, and whom it believes."""

from __future__ import annotations

import pytest

from server.api.app import build_app
from server.config import Settings, WebSettings
from tests.server.asking import Asking
from tests.server.filling import NOON


@pytest.mark.parametrize(
    ("host", "taken"),
    [
        pytest.param("footfall.test", True, id="the address that was really asked"),
        pytest.param("localhost:8080", True, id="this machine"),
        pytest.param("127.0.0.1:8080", True, id="its address"),
        pytest.param("[::1]:8080", True, id="its IPv6 address"),
        pytest.param("figures.example.org", True, id="a name from the settings"),
        pytest.param("FIGURES.example.org:443", True, id="in other letters, with a port"),
        pytest.param("evil.test", False, id="a name that leads here by DNS"),
        pytest.param("localhost.evil.test", False, id="a name that looks like ours"),
        pytest.param("192.0.2.99", False, id="an address that is not ours"),
        pytest.param("[", False, id="nonsense"),
        pytest.param("", False, id="none"),
    ],
)
def test_a_name_that_is_not_ours_is_refused(settings: Settings, host: str, taken: bool) -> None:
    known = settings.model_copy(update={"web": WebSettings(hosts=("figures.example.org",))})
    for path in ("/log-in", "/healthz", "/static/app.css"):
        answer = Asking(build_app(known, lambda: NOON)).get(path, headers={"Host": host})
        assert answer.status_code == (200 if taken else 421), path


@pytest.mark.parametrize(
    ("web", "address"),
    [
        pytest.param({}, "http://127.0.0.1:8080/", id="this machine"),
        pytest.param({"host": "0.0.0.0"}, "http://localhost:8080/", id="everywhere"),
        pytest.param({"host": "::1"}, "http://[::1]:8080/", id="IPv6"),
        pytest.param({"hosts": ["shop.example"]}, "http://shop.example:8080/", id="a name"),
        pytest.param(
            {"hosts": ["shop.example"], "proxies": ["127.0.0.1"]},
            "https://shop.example/",
            id="behind a proxy",
        ),
        pytest.param(
            {"hosts": ["shop.example"], "tls_cert": "c", "tls_key": "k", "port": 8443},
            "https://shop.example:8443/",
            id="TLS of its own",
        ),
    ],
)
def test_links_lead_to_where_a_browser_finds_the_server(web: dict[str, object], address: str) -> None:
    assert WebSettings.model_validate(web).address() == address
