from __future__ import annotations

import gc
from pathlib import Path

import pytest

from edge.config import BrokerSettings
from edge.doctor import Finding, Verdict
from edge.doctor.broker import broker
from tests.edge.capture.test_asking import answering
from tests.edge.cast import free_port
from tests.edge.uplink.broker import Mosquitto

pytestmark = pytest.mark.broker


def asked(folder: Path, settings: str) -> Finding:
    """What is found at a real broker with these settings."""
    mosquitto = Mosquitto(folder, settings=settings)
    mosquitto.start()
    try:
        return broker(BrokerSettings(port=mosquitto.port), "doctor")
    finally:
        mosquitto.kill()


def test_a_broker_that_takes_us_is_fine(tmp_path: Path) -> None:
    assert asked(tmp_path, "allow_anonymous true\n").verdict is Verdict.FINE


def test_a_broker_that_does_not_know_us_is_wrong(tmp_path: Path) -> None:
    finding = asked(tmp_path, "allow_anonymous false\n")
    assert (finding.verdict, finding.exit_code) == (Verdict.WRONG, 5)
    assert "refused the connection: Not authorized" in finding.sentence
    assert "broker.password_file" in finding.remedy


def test_nobody_at_the_port_is_said() -> None:
    finding = broker(BrokerSettings(port=free_port()), "doctor")
    assert "nobody listens" in finding.sentence


def test_a_name_that_nobody_has_is_said() -> None:
    finding = broker(BrokerSettings(host="no-such-broker.invalid"), "doctor")
    assert "no machine is called no-such-broker.invalid" in finding.sentence


def test_something_else_at_the_port_is_said() -> None:
    with answering(None) as port:
        finding = broker(BrokerSettings(port=port), "doctor", 0.5)
    assert "does not answer" in finding.sentence


# paho leaves the socket of a failed handshake to the garbage collector, which complains.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_tls_where_there_is_none_is_said() -> None:
    with answering(b"no TLS here") as port:
        authority = Path("/etc/ssl/certs/ca-certificates.crt")
        if not authority.exists():
            pytest.skip("no certificates on this machine")
        finding = broker(BrokerSettings(port=port, ca_file=authority), "doctor", 2.0)
    gc.collect()
    assert "speaks no TLS" in finding.sentence


def test_a_certificate_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    finding = broker(BrokerSettings(port=free_port(), ca_file=tmp_path / "gone.crt"), "doctor")
    assert "gone.crt cannot be used: No such file or directory" in finding.sentence


def test_a_damaged_certificate_file_does_not_make_us_propose_to_do_without(tmp_path: Path) -> None:
    damaged = tmp_path / "ca.crt"
    damaged.write_text("-----BEGIN CERTIFICATE-----\nMII")
    finding = broker(BrokerSettings(port=free_port(), ca_file=damaged), "doctor")
    assert "ca.crt cannot be used: it holds no certificate" in finding.sentence
    assert "BEGIN CERTIFICATE" in finding.remedy
