"""Asks a network camera, in its own protocol, why it gives no picture.

FFmpeg inside OpenCV says only that a stream cannot be opened. One DESCRIBE (RFC 2326) or GET of our own
says whether nobody is there, the password is wrong, the path is wrong, or the video is of another kind.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

from edge.addresses import without_credentials
from edge.capture.frame import CameraLost, Fault
from edge.capture.logging_in import Login, answer_to

PATIENCE_SECONDS = 5.0
MOST_BYTES = 65_536
"""Of an answer; more is not read."""

PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}

_VIDEO_OVER_RTP = """
H264 H265 HEVC JPEG MP4V-ES MPV MP1S MP2P MP2T H263 H263-1998 H263-2000 VP8 VP9 AV1 THEORA
"""
DECODED = frozenset(_VIDEO_OVER_RTP.split())
"""Names in an SDP of videos that OpenCV's FFmpeg decodes."""

NAMED_BY_NUMBER = {26: "JPEG", 31: "H261", 32: "MPV", 33: "MP2T", 34: "H263"}
"""Kinds of payload that need no name (RFC 3551)."""

_MOTION = ("multipart/", "video/", "application/octet-stream", "application/x-mpegurl")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a camera answered: status, headers by small name, and the beginning of the body."""

    status: int
    reason: str
    headers: dict[str, list[str]]
    body: str

    @property
    def content_type(self) -> str:
        """What the body is said to be."""
        return self.headers.get("content-type", [""])[0].partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class _Place:
    """An address taken apart."""

    scheme: str
    host: str
    port: int
    line: str
    shown: str
    login: Login | None

    @property
    def is_rtsp(self) -> bool:
        return self.scheme.startswith("rtsp")


def why_no_picture(address: str, seconds: float = PATIENCE_SECONDS) -> CameraLost | None:
    """What keeps a network camera from giving pictures, or None if it offers a video that we can read.

    Args:
        address: rtsp, rtsps, http or https, with user and password in it if it wants them.
        seconds: how long to wait for each step.
    """
    place = _place(address)
    try:
        answer = _asked(place, None, seconds)
        if answer.status == 401 and place.login:
            shown = answer_to(
                answer.headers.get("www-authenticate", []), place.login, _method(place), place.line
            )
            answer = _asked(place, shown, seconds) if shown else answer
    except CameraLost as lost:
        return lost
    return _refusal(place, answer) or _unreadable(place, answer)


def _place(address: str) -> _Place:
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    netloc = parts.netloc.rpartition("@")[2]
    bare = urlunsplit(parts._replace(netloc=netloc, fragment=""))
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    login = Login(unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    line = bare if parts.scheme.startswith("rtsp") else path
    return _Place(parts.scheme, host, port, line, without_credentials(address), login)


def _method(place: _Place) -> str:
    return "DESCRIBE" if place.is_rtsp else "GET"


def _asked(place: _Place, authorization: str | None, seconds: float) -> Answer:
    protocol, accepted = ("RTSP/1.0", "application/sdp") if place.is_rtsp else ("HTTP/1.1", "*/*")
    lines = [f"{_method(place)} {place.line} {protocol}", f"Accept: {accepted}", "User-Agent: footfall"]
    lines += ["CSeq: 1"] if place.is_rtsp else [f"Host: {place.host}:{place.port}", "Connection: close"]
    lines += [f"Authorization: {authorization}"] if authorization else []
    request = "\r\n".join([*lines, "", ""]).encode()
    with _connected(place, seconds) as camera:
        try:
            camera.sendall(request)
            return _read(camera.recv)
        except TimeoutError:
            raise CameraLost(
                f"{place.shown} takes the connection and does not answer",
                "restart the camera; if it is a recorder, it may be overloaded",
                Fault.SILENT,
            ) from None
        except (OSError, ValueError) as error:
            raise CameraLost(
                f"{place.shown} answers what is no {protocol.partition('/')[0]}",
                "correct the port, or the beginning of the address",
            ) from error


def _connected(place: _Place, seconds: float) -> socket.socket:
    try:
        camera = socket.create_connection((place.host, place.port), seconds)
    except socket.gaierror:
        raise CameraLost(
            f"{place.shown}: no machine of that name is known",
            "correct the name, or write the camera's IP address",
            Fault.UNREACHABLE,
        ) from None
    except ConnectionRefusedError:
        raise CameraLost(
            f"{place.shown}: nobody listens at port {place.port}",
            "the camera is starting, or its stream is switched off, or the port is wrong",
            Fault.UNREACHABLE,
        ) from None
    except OSError:
        raise CameraLost(
            f"{place.shown} cannot be reached",
            "is it on and its cable in? Is the address right?",
            Fault.UNREACHABLE,
        ) from None
    if place.scheme not in ("rtsps", "https"):
        return camera
    # Whether it may be trusted is for FFmpeg to say; cameras sign their own certificates.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        return context.wrap_socket(camera, server_hostname=place.host)
    except OSError:
        camera.close()
        raise CameraLost(
            f"{place.shown} speaks no TLS at port {place.port}",
            "write rtsp:// or http://, or correct the port",
        ) from None


def _read(receive: Callable[[int], bytes]) -> Answer:
    """The head of an answer, and as much of its body as it says, at most MOST_BYTES.

    Raises:
        ValueError: this is no answer of such a protocol.
    """
    data = b""
    while b"\r\n\r\n" not in data and len(data) < MOST_BYTES and (more := receive(4096)):
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    spoken = re.match(r"(?:RTSP|HTTP)/\d\.\d (\d{3}) ?(.*)", first)
    if spoken is None:
        raise ValueError(first[:80])
    headers: dict[str, list[str]] = {}
    for line in rest:
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), []).append(value.strip())
    length = headers.get("content-length", ["0"])[0]
    wanted = min(int(length), MOST_BYTES) if length.isdecimal() else 0
    while len(body) < wanted and (more := receive(4096)):
        body += more
    return Answer(int(spoken[1]), spoken[2].strip(), headers, body.decode("utf-8", "replace"))


def _refusal(place: _Place, answer: Answer) -> CameraLost | None:
    shown = place.shown
    match answer.status:
        case 401 if place.login is None:
            return CameraLost(
                f"{shown} asks for a user and password",
                "write user:password into a file and name it as password_file",
                Fault.WRONG_CREDENTIALS,
            )
        case 401:
            return CameraLost(
                f"{shown} refuses user and password",
                "correct them in the file that password_file names",
                Fault.WRONG_CREDENTIALS,
            )
        case 403:
            return CameraLost(
                f"{shown} does not let this user watch",
                "give the user the right to watch in the camera's settings",
                Fault.WRONG_CREDENTIALS,
            )
        case 404 | 410 | 454 | 455:
            return CameraLost(
                f"{shown}: the camera has no stream of that path",
                "look up the path of the stream in the camera's manual",
                Fault.WRONG_PATH,
            )
        case 453 | 503:
            return CameraLost(
                f"{shown} serves as many as it can", "close other players and recorders of it", Fault.BUSY
            )
        case status if status >= 400:
            return CameraLost(
                f"{shown} answers {status} {answer.reason}"[:200], "restart the camera, and look at its log"
            )
    return None


def _unreadable(place: _Place, answer: Answer) -> CameraLost | None:
    trouble = _no_video_in(answer.body) if place.is_rtsp else _no_motion_in(answer.content_type)
    return CameraLost(f"{place.shown} {trouble[0]}", trouble[1], Fault.NO_VIDEO) if trouble else None


def _no_motion_in(content_type: str) -> tuple[str, str] | None:
    if content_type.startswith(_MOTION):
        return None
    if content_type == "image/jpeg":
        return "gives a single picture and no stream", "take the camera's MJPEG address"
    return (
        f"gives {content_type or 'something without a type'} and no video",
        "take the address of the stream, not of the camera's page",
    )


def videos_in(sdp: str) -> list[str]:
    """The names of the codecs of all videos that a description (RFC 8866) offers."""
    found: list[str] = []
    numbers: list[int] = []
    for line in sdp.splitlines():
        if line.startswith("m="):
            kind, *rest = line[2:].split() or [""]
            numbers = [int(one) for one in rest[2:] if one.isdecimal()] if kind == "video" else []
            found += [NAMED_BY_NUMBER[one] for one in numbers if one in NAMED_BY_NUMBER]
        elif (named := re.match(r"a=rtpmap:(\d+) ([^/\s]+)", line)) and int(named[1]) in numbers:
            name = named[2].upper()
            found += [] if name in found else [name]
    return found


def _no_video_in(sdp: str) -> tuple[str, str] | None:
    videos = videos_in(sdp)
    if not videos:
        return "offers no video", "switch the video stream on in the camera's settings, or take another path"
    if DECODED.isdisjoint(videos):
        return (
            f"sends its video as {', '.join(videos)[:80]}, which cannot be read here",
            "set the camera to H.264",
        )
    return None
