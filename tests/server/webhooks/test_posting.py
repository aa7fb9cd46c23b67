"""One POST: taken, refused, broken off, redirected, or never answered."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.webhooks.addresses import target_of
from server.webhooks.posting import post
from tests.server.webhooks.receiver import receiver


def send(url: str, *, allow_private: bool = True) -> str | None:
    return post(target_of(url, allow_private=True), b"{}", {"X-One": "1"}, allow_private=allow_private)


def test_what_is_sent_arrives_with_path_headers_and_body() -> None:
    with receiver() as there:
        assert send(there.url) is None
        (request,) = there.requests
        assert (request.path, request.body, request.headers["x-one"]) == ("/hook?a=1", b"{}", "1")
        assert request.headers["host"] == f"127.0.0.1:{there.port}"


@pytest.mark.parametrize(
    ("status", "taken"), [(200, True), (204, True), (302, False), (400, False), (410, False), (500, False)]
)
def test_only_two_hundreds_are_taken_and_redirects_are_not_followed(status: int, taken: bool) -> None:
    with receiver(status) as there:
        error = send(there.url)
        assert (error is None) is taken
        assert len(there.requests) == 1
        assert taken or str(status) in str(error)


def test_nobody_there_is_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert "does not answer" in str(send(f"http://127.0.0.1:{port}/"))
    assert "cannot be looked up" in str(send("http://no-such-name.invalid/"))


def test_a_private_address_is_not_even_called() -> None:
    with receiver() as there:
        assert "network of your own" in str(send(there.url, allow_private=False))
        assert there.requests == []


def test_plain_text_where_tls_is_expected_is_a_sentence() -> None:
    with receiver() as there:
        assert "does not answer" in str(send(f"https://127.0.0.1:{there.port}/"))


@contextmanager
def answering(raw: bytes) -> Iterator[str]:
    """A socket that answers with these bytes, whatever they are."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(raw)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            thread.join()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(raw=st.one_of(st.binary(max_size=200), st.binary(max_size=50).map(b"HTTP/1.1 200 OK\r\n".__add__)))
def test_no_answer_does_more_than_being_taken_or_not(raw: bytes) -> None:
    with answering(raw) as url:
        error = send(url)
    assert error is None or "does not answer" in error or "answered with status" in error
