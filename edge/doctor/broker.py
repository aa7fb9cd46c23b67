"""Looks whether the broker takes us."""

from __future__ import annotations

import socket
import ssl
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from edge.config import BrokerSettings
from edge.credentials import broker_password, unusable_authority
from edge.doctor.finding import Finding, Verdict, wrong
from edge.errors import EdgeError


class BrokerAway(EdgeError):
    """The broker cannot be reached, or does not take us."""

    exit_code = 5


def broker(settings: BrokerSettings, client_id: str, seconds: float = 8.0) -> Finding:
    """Connects once and leaves again.

    Args:
        settings: where it is, and how we show ourselves.
        client_id: one that no process of the device uses, or it would be thrown out.
        seconds: how long to wait for each of its answers.
    """
    where = f"the broker {settings.host}:{settings.port}"
    try:
        _connect(settings, client_id, where, seconds)
    except EdgeError as error:
        return wrong("broker", error)
    return Finding("broker", Verdict.FINE, f"{where} takes the connection")


def _connect(settings: BrokerSettings, client_id: str, where: str, seconds: float) -> None:
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv311, clean_session=True
    )
    client.connect_timeout = seconds
    answered, answers = threading.Event(), list[ReasonCode]()

    def on_connect(_c: object, _u: object, _f: object, reason: ReasonCode, _p: object) -> None:
        answers.append(reason)
        answered.set()

    client.on_connect = on_connect
    if settings.username:
        secret = broker_password(settings.password_file) if settings.password_file else None
        client.username_pw_set(settings.username, secret)
    if settings.ca_file:
        try:
            client.tls_set(ca_certs=str(settings.ca_file))
        except OSError as error:
            raise unusable_authority(settings.ca_file, error) from None
    try:
        client.connect(settings.host, settings.port)
    except (OSError, ValueError) as error:
        raise _translated(error, settings, where) from None
    client.loop_start()
    try:
        answered.wait(seconds)
    finally:
        client.disconnect()
        client.loop_stop()
        client.reinitialise()  # closes paho's own sockets
    if not answers:
        raise BrokerAway(
            f"{where} takes the connection and does not answer",
            "is something else listening there? Does it want TLS (broker.ca_file)?",
        )
    if answers[0].is_failure:
        raise BrokerAway(
            f"{where} refused the connection: {answers[0]}",
            "correct broker.username and the file of broker.password_file",
        )


def _translated(error: Exception, settings: BrokerSettings, where: str) -> EdgeError:
    match error:
        case ssl.SSLCertVerificationError():
            return BrokerAway(
                f"{where} shows a certificate that broker.ca_file did not sign, or of another name",
                "take the certificate authority of that broker, and the name that its certificate has",
            )
        case ssl.SSLError():
            return BrokerAway(f"{where} speaks no TLS", "leave broker.ca_file out, or take the port with TLS")
        case socket.gaierror():
            return BrokerAway(f"no machine is called {settings.host}", "correct broker.host")
        case ConnectionRefusedError():
            return BrokerAway(
                f"nobody listens at {settings.host}:{settings.port}",
                "start the broker, or correct broker.port",
            )
    return BrokerAway(f"{where} cannot be reached", "is it on, and does the network let us through?")
