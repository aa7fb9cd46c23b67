from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.capture import Fault
from edge.capture.asking import MOST_BYTES, videos_in, why_no_picture
from edge.capture.logging_in import Login, answer_to
from tests.edge.cast import free_port
from tests.waiting import PATIENCE_SECONDS

CIRCLE = Login("Mufasa", "Circle Of Life")
RFC_2617 = (
    'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)


def test_digest_without_qop_is_as_rfc_2069_reckons_it() -> None:
    said = answer_to([RFC_2617], CIRCLE, "GET", "/dir/index.html")
    assert said
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in said
    assert 'opaque="5ccc069c403ebaf9f0171e9517f40e41"' in said


def test_of_basic_and_digest_digest_is_taken() -> None:
    said = answer_to(['Basic realm="camera"', RFC_2617], CIRCLE, "GET", "/")
    assert said
    assert said.startswith("Digest ")


@pytest.mark.parametrize(
    "challenges",
    [
        pytest.param([], id="nothing is asked"),
        pytest.param(["Negotiate"], id="another way"),
        pytest.param(['Digest realm="x", nonce="y", algorithm=SHA-512-256'], id="another hash"),
        pytest.param(['Digest realm="x"'], id="no nonce"),
        pytest.param(["Digest"], id="nothing behind it"),
        pytest.param(['Digest realm="x", nonce='], id="a nonce without value"),
        pytest.param(["Digest realm, nonce"], id="names without values"),
    ],
)
def test_what_we_do_not_know_is_not_answered(challenges: list[str]) -> None:
    assert answer_to(challenges, CIRCLE, "GET", "/") is None


def test_a_value_that_a_careless_camera_leaves_out_does_not_keep_us_from_logging_in() -> None:
    said = answer_to(['Digest realm="r", nonce="n", opaque=, stale'], CIRCLE, "GET", "/")
    assert said
    assert 'nonce="n"' in said
    assert "opaque" not in said


def test_a_login_shows_neither_user_nor_password() -> None:
    assert repr(CIRCLE) == "Login(…)"


@pytest.mark.parametrize(
    ("sdp", "videos"),
    [
        pytest.param("m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n", ["H264"], id="by name"),
        pytest.param("m=video 0 RTP/AVP 26\r\n", ["JPEG"], id="by number"),
        pytest.param("m=audio 0 RTP/AVP 96\na=rtpmap:96 L16/44100\n", [], id="sound alone"),
        pytest.param(
            "m=audio 0 RTP/AVP 97\na=rtpmap:97 L16/44100\nm=video 0 RTP/AVP 98\na=rtpmap:98 jxsv/90000\n",
            ["JXSV"],
            id="sound and a video of another kind",
        ),
        pytest.param("", [], id="nothing"),
    ],
)
def test_a_description_tells_which_videos_there_are(sdp: str, videos: list[str]) -> None:
    assert videos_in(sdp) == videos


@given(st.text("mavideortp:=/ ²0123456789\r\n", max_size=80))
def test_no_description_is_too_odd_to_be_read(sdp: str) -> None:
    assert isinstance(videos_in(f"m={sdp}"), list)


@contextmanager
def answering(answer: bytes | None) -> Iterator[int]:
    """A machine that takes one connection after the other and says this to each; None: nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            with caller:
                if answer is None:
                    over.wait(5)
                else:
                    caller.recv(4096)
                    caller.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


JXSV = b"m=video 0 RTP/AVP 98\r\na=rtpmap:98 jxsv/90000\r\n"


@pytest.mark.parametrize(
    ("answer", "fault", "words"),
    [
        pytest.param(None, Fault.SILENT, "does not answer", id="it says nothing"),
        pytest.param(b"SSH-2.0-OpenSSH\r\n\r\n", Fault.OTHER, "no RTSP", id="another protocol"),
        pytest.param(b"", Fault.OTHER, "no RTSP", id="it hangs up"),
        pytest.param(b"\xff" * (MOST_BYTES * 2), Fault.OTHER, "no RTSP", id="noise without end"),
        pytest.param(
            b"RTSP/1.0 453 Not Enough Bandwidth\r\n\r\n", Fault.BUSY, "as many as it can", id="it is full"
        ),
        pytest.param(b"RTSP/1.0 403 Forbidden\r\n\r\n", Fault.WRONG_CREDENTIALS, "let this", id="no right"),
        pytest.param(b"RTSP/1.0 500 Sorry\r\n\r\n", Fault.OTHER, "answers 500 Sorry", id="it is broken"),
        pytest.param(
            b"RTSP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(JXSV) + JXSV,
            Fault.NO_VIDEO,
            "as JXSV, which cannot be read here",
            id="a video of another kind",
        ),
    ],
)
def test_a_camera_that_misbehaves_is_told_in_a_sentence(
    answer: bytes | None, fault: Fault, words: str
) -> None:
    with answering(answer) as port:
        patience = 0.3 if answer is None else PATIENCE_SECONDS
        lost = why_no_picture(f"rtsp://admin:s3cr@127.0.0.1:{port}/door", patience)
    assert lost
    assert words in str(lost)
    assert lost.fault is fault
    assert lost.hint
    assert "s3cr" not in lost.in_words


@pytest.mark.parametrize(
    ("host", "words"),
    [("127.0.0.1", "nobody listens at port"), ("no-such-camera.invalid", "no machine of that name")],
)
def test_where_nobody_is_it_is_said(host: str, words: str) -> None:
    lost = why_no_picture(f"rtsp://admin:s3cr@{host}:{free_port()}/door", PATIENCE_SECONDS)
    assert lost
    assert words in str(lost)
    assert lost.fault is Fault.UNREACHABLE
    assert "s3cr" not in lost.in_words


def heads(line: str) -> st.SearchStrategy[bytes]:
    """Answers with that first line: headers and descriptions of almost the right form."""
    words = st.text('=," ²0aZ', max_size=20)
    names = st.sampled_from(["WWW-Authenticate: Digest ", "WWW-Authenticate: ", "Content-Length: "])
    lines = st.lists(st.tuples(names, words).map("".join), max_size=4)
    body = st.one_of(lines.map("\r\n".join), words.map(lambda one: f"m=video {one}\r\na=rtpmap:{one}"))
    return st.tuples(lines, body).map(lambda of: "\r\n".join([line, *of[0], "", of[1]]).encode())


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=300).map(lambda rest: b"RTSP/1.0 " + rest),
        heads("RTSP/1.0 401 Unauthorized"),
        heads("RTSP/1.0 404 Not Found"),
    )
)
def test_no_answer_of_a_camera_ends_in_a_traceback(noise: bytes) -> None:
    with answering(noise) as port:
        lost = why_no_picture(f"rtsp://admin:s3cr@127.0.0.1:{port}/door", 0.5)
    assert lost
    assert lost.hint
