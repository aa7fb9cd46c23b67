from __future__ import annotations

import pytest

from edge.addresses import doubt_of


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
    ],
)
def test_a_slip_in_an_address_is_named_and_not_taken_for_a_file(source: str, words: str) -> None:
    assert words in doubt_of(source)
    assert bool(doubt_of(source)) is bool(words)
