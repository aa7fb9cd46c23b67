from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.addresses import SCHEMES, doubt_of, host_of, with_credentials, without_credentials


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param("rtsp://cam/door", "", id="a network camera"),
        pytest.param("usb:0", "", id="a USB camera"),
        pytest.param("clips/monday.mp4", "", id="a recording"),
        pytest.param("/var/clips/a:b.mp4", "", id="a recording with a colon"),
        pytest.param("rstp://cam/door", "rstp:// is no kind of camera; did you mean rtsp://?", id="rstp"),
        pytest.param("rtps://cam/door", "did you mean rtsp", id="rtps"),
        pytest.param("htpp://cam/v", "did you mean http://?", id="htpp"),
        pytest.param("rtsp:/cam/door", "begins with rtsp://", id="one slash"),
        pytest.param("rtsp:cam/door", "begins with rtsp://", id="no slash"),
        pytest.param("RTSP://cam/door", "small letters", id="capitals"),
        pytest.param(
            "mqtt://cam", "known are rtsp://, rtsps://, http://, https:// and usb:", id="another kind"
        ),
        pytest.param("usb:/dev/video2", "", id="a USB camera by its file"),
        pytest.param("usb:/dev/v4l/by-path/pci-0000:00:14.0-usb-0:1:1.0-video-index0", "", id="by its plug"),
        pytest.param("usb:front", "usb:0, or usb:/dev/video0", id="a USB camera by a name"),
        pytest.param("rtsp://[fe80::1%25eth0]:554/door", "", id="IPv6"),
        pytest.param("rtsp://cam:554/door@2", "", id="an @ in the path"),
        pytest.param("rtsp://[fe80::1]/door@2", "", id="IPv6 and an @ in the path"),
        pytest.param("http://cam/v?user=me@home", "", id="an @ in the query"),
        pytest.param("rtsp://admin:s3@cr%ret@cam/door", "", id="signs that are no harm in a password"),
        pytest.param("rtsp://:554/door", "it names no machine", id="no machine"),
        pytest.param("rtsp://admin:s3cr@/door", "it names no machine", id="a user and no machine"),
        pytest.param("rtsp://the cam/door", "a space in the machine's name", id="a space"),
        pytest.param("rtsp://cam..local/door", "1 to 63 letters", id="two dots"),
        pytest.param(f"rtsp://{'s3cr' * 16}.local/door", "1 to 63 letters", id="a name that is too long"),
        pytest.param("rtsp://cam:99999/door", "no number from 1 to 65535", id="no such port"),
        pytest.param("rtsp://cam:0/door", "no number from 1 to 65535", id="port 0"),
        pytest.param("rtsp://cam:door", "no number from 1 to 65535", id="a port of letters"),
        *(
            pytest.param(f"rtsp://admin:a{sign}s3cr@cam:554/door", "into a file as they are", id=f"a:{sign}")
            for sign in "/?#["
        ),
        pytest.param("rtsp://admin:p@s3cr:/#%w@10.0.0.5/door", "into a file as they are", id="p@…:/#%…"),
    ],
)
def test_a_slip_in_an_address_is_named_and_not_taken_for_a_file(source: str, words: str) -> None:
    assert words in doubt_of(source)
    assert bool(doubt_of(source)) is bool(words)
    assert "s3cr" not in doubt_of(source)


@given(st.sampled_from(SCHEMES), st.text("admin:@/?#[]%.0123456789 ²ü", max_size=30))
def test_an_address_of_which_nothing_is_said_can_be_asked_and_shows_no_password(kind: str, rest: str) -> None:
    address = f"{kind}://{rest}"
    if doubt_of(address):
        return
    with_credentials(address, "admin:s3cr")
    assert urlsplit(address).port in {None, *range(1, 65536)}
    (host_of(address) or "").encode("idna")
    assert host_of(address)
    shown = without_credentials(address)
    assert "@" not in shown or "…@" in shown
