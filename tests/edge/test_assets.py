from __future__ import annotations

import gc
import hashlib
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from edge.assets import (
    Asset,
    AssetDamaged,
    AssetFile,
    AssetMissing,
    Place,
    box_folder,
    find,
    load_manifest,
    pull,
    require,
)
from edge.detection.opening import BACKENDS
from tests.edge.cast import free_port

DEMO = load_manifest().clips["demo"]
CONTENT = b"weights " * 5000


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that FOOTFALL_ASSETS names."""
    path = tmp_path / "assets"
    path.mkdir()
    monkeypatch.setenv("FOOTFALL_ASSETS", str(path))
    return path


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache, which is not there yet; and no folder is named."""
    path = tmp_path / "cache"
    monkeypatch.setenv("FOOTFALL_CACHE", str(path))
    monkeypatch.delenv("FOOTFALL_ASSETS", raising=False)
    return path


def known(url: str | None = None) -> Asset:
    """A file that the manifest would name."""
    return Asset(
        file="weights.onnx",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        bytes=len(CONTENT),
        licence="Apache-2.0",
        about="made up",
        url=url,
    )


def lay(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


# In the box


def test_every_entry_of_the_manifest_is_well_formed() -> None:
    manifest = load_manifest()
    entries = [*manifest.models.items(), *manifest.clips.items()]

    for name, asset in entries:
        assert asset.bytes > 0, name
        assert asset.licence, name
        assert asset.about, name
        for file in asset.files:
            assert file.url is None or file.url.startswith("https://"), name
            had = file.url or asset.by_hand or (box_folder() / file.file).is_file()
            assert had, f"{file.file} of {name} cannot be had anywhere"
    assert {model.backend for model in manifest.models.values()} <= set(BACKENDS)
    files = [file.file for _, asset in entries for file in asset.files]
    assert len(set(files)) == len(files)


def test_every_file_in_the_box_is_what_the_manifest_says() -> None:
    manifest = load_manifest()
    named = {asset.file: asset for asset in [*manifest.models.values(), *manifest.clips.values()]}
    in_the_box = [
        path for path in box_folder().iterdir() if path.suffix not in (".toml", ".md") and path.is_file()
    ]

    assert in_the_box
    for path in in_the_box:
        assert path.stat().st_size == named[path.name].bytes
        assert hashlib.sha256(path.read_bytes()).hexdigest() == named[path.name].sha256


def test_places_on_clips_lie_within_the_picture() -> None:
    for clip in load_manifest().clips.values():
        places = [place for line in clip.lines for place in (*line.points, *line.arrow)]
        places += [place for zone in clip.zones for place in zone.points]
        assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in places)


# Finding


def test_a_file_is_looked_for_in_the_folder_then_the_cache_then_the_box(folder: Path, cache: Path) -> None:
    in_folder = folder / "deep" / "demo.mp4"
    in_cache = cache / "demo.mp4"
    for path in (in_folder, in_cache):
        path.parent.mkdir(parents=True)
        shutil.copyfile(box_folder() / "demo.mp4", path)

    found = []
    for copies in ([in_folder], [in_cache], []):
        found.append(require("demo", DEMO))
        for path in copies:
            path.unlink()

    assert [one.place for one in found] == [Place.FOLDER, Place.CACHE, Place.BOX]
    assert [one.path for one in found] == [in_folder, in_cache, box_folder() / "demo.mp4"]


def test_in_the_folder_a_file_may_have_any_name(folder: Path) -> None:
    path = lay(folder / "old" / "copy of weights (2)")

    assert require("weights", known()).path == path


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(CONTENT[:-1], id="too short"),
        pytest.param(CONTENT + b"!", id="too long"),
        pytest.param(CONTENT[:-1] + b"!", id="as long, but another"),
        pytest.param(b"", id="empty"),
    ],
)
def test_a_name_alone_is_not_enough(content: bytes, folder: Path, cache: Path) -> None:
    for place in (folder, cache):
        path = lay(place / "weights.onnx", content)
        assert find(known()) is None
        with pytest.raises(AssetDamaged, match="its checksum differs") as caught:
            require("weights", known())
        assert str(path) in str(caught.value)
        assert "model pull weights" in caught.value.hint
        path.unlink()


def test_a_damaged_copy_does_not_hide_a_good_one(folder: Path, cache: Path) -> None:
    lay(folder / "weights.onnx", b"damaged")
    good = lay(cache / "weights.onnx")

    assert require("weights", known()).path == good


def test_what_is_nowhere_is_said_with_the_command_that_fetches_it(folder: Path) -> None:
    lay(folder / "something-else.bin", b"x" * len(CONTENT))

    with pytest.raises(AssetMissing, match=r"weights \(weights.onnx\) is not on this machine") as caught:
        require("weights", known())

    assert "footfall-edge model pull weights" in caught.value.hint
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("kind", ["a file", "nothing"])
def test_a_folder_setting_that_names_no_folder_is_said_and_not_passed_over(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tmp_path / "assets-or-not"
    if kind == "a file":
        named.write_text("x")
    monkeypatch.setenv("FOOTFALL_ASSETS", str(named))

    with pytest.raises(AssetMissing, match="FOOTFALL_ASSETS names") as caught:
        find(DEMO)

    assert str(named) in str(caught.value)


def test_a_folder_with_links_to_nowhere_is_searched_all_the_same(folder: Path) -> None:
    (folder / "weights.onnx").symlink_to(folder / "gone")
    path = lay(folder / "z")

    assert require("weights", known()).path == path


# Fetching, from a server on this machine

Answer = Callable[[BaseHTTPRequestHandler], None]


def sends(content: bytes, *, promised: int | None = None, status: int = 200) -> Answer:
    """A server's answer; one that promises more than it sends breaks off mid-way."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(promised or len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """The address of a file on a server that answers so."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/weights.onnx"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("progress", [False, True])
def test_a_file_is_fetched_checked_and_kept(progress: bool, cache: Path) -> None:
    with serving(sends(CONTENT)) as url:
        found = pull("weights", known(url), progress=progress)

    assert (found.place, found.path) == (Place.CACHE, cache / "weights.onnx")
    assert found.path.read_bytes() == CONTENT
    assert list(cache.iterdir()) == [found.path]
    assert require("weights", known()) == found


def test_what_is_here_already_is_not_fetched(folder: Path) -> None:
    path = lay(folder / "weights.onnx")

    assert pull("weights", known("http://127.0.0.1:1/never-asked")).path == path


def test_a_damaged_file_in_the_cache_is_replaced_by_fetching_it_again(cache: Path) -> None:
    lay(cache / "weights.onnx", b"damaged")
    with serving(sends(CONTENT)) as url:
        assert pull("weights", known(url)).path.read_bytes() == CONTENT


def test_content_that_is_not_the_manifests_is_thrown_away(cache: Path) -> None:
    with (
        serving(sends(b"something else")) as url,
        pytest.raises(AssetDamaged, match="is not the weights that the manifest names") as caught,
    ):
        pull("weights", known(url))

    assert url in str(caught.value)
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(sends(CONTENT[:1000], promised=len(CONTENT)), id="breaks off mid-way"),
        pytest.param(sends(b"gone", status=404), id="not there any more"),
        pytest.param(sends(b"busy", status=503), id="out of order"),
        pytest.param(lambda handler: handler.connection.shutdown(socket.SHUT_RDWR), id="hangs up"),
    ],
)
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
def test_a_server_that_fails_leaves_nothing_behind(answer: Answer, cache: Path) -> None:
    with serving(answer) as url, pytest.raises(AssetMissing, match="cannot be fetched from") as caught:
        pull("weights", known(url))

    assert url in str(caught.value)
    assert "FOOTFALL_ASSETS" in caught.value.hint
    assert list(cache.iterdir()) == []
    del caught
    gc.collect()  # pooch leaves the connection of a failed request to the garbage collector


def test_a_server_that_is_not_there_is_said(cache: Path) -> None:
    with pytest.raises(AssetMissing, match="cannot be fetched from") as caught:
        pull("weights", known(f"http://127.0.0.1:{free_port()}/weights.onnx"))

    assert caught.value.exit_code == 3
    assert list(cache.iterdir()) == []


def test_a_file_without_an_address_cannot_be_fetched() -> None:
    with pytest.raises(AssetMissing, match="has no address"):
        pull("weights", known())


def test_what_has_to_be_brought_by_hand_is_said_with_where_it_is() -> None:
    asset = known().model_copy(update={"by_hand": "its maker's page"})

    for ask in (pull, require):
        with pytest.raises(AssetMissing, match="is not on this machine") as caught:
            ask("weights", asset)
        assert caught.value.hint.startswith("get it from its maker's page, and set FOOTFALL_ASSETS")


# What consists of several files

SECOND = b"more weights"


def in_two(url: str | None = None) -> Asset:
    """A model of two files, of which the second has this address."""
    second = AssetFile(
        file="weights.bin", sha256=hashlib.sha256(SECOND).hexdigest(), bytes=len(SECOND), url=url
    )
    return known().model_copy(update={"parts": (second,)})


def test_the_parts_of_a_model_are_found_wherever_they_lie(folder: Path, cache: Path) -> None:
    first, second = lay(folder / "a" / "graph"), lay(cache / "weights.bin", SECOND)

    assert require("weights", in_two()) == find(in_two())
    assert require("weights", in_two()).path == first
    assert require("weights", in_two()).parts == (second,)


@pytest.mark.parametrize("content", [pytest.param(None, id="not there"), pytest.param(b"?", id="damaged")])
def test_a_model_of_which_a_part_is_missing_is_not_here(content: bytes | None, folder: Path) -> None:
    lay(folder / "weights.onnx")
    if content:
        lay(folder / "weights.bin", content)

    assert find(in_two()) is None
    with pytest.raises(AssetDamaged if content else AssetMissing, match=r"weights\.bin"):
        require("weights", in_two())


def test_only_the_part_that_is_missing_is_fetched(folder: Path, cache: Path) -> None:
    first = lay(folder / "weights.onnx")
    with serving(sends(SECOND)) as url:
        found = pull("weights", in_two(url))

    assert (found.path, found.parts) == (first, (cache / "weights.bin",))
    assert list(cache.iterdir()) == [cache / "weights.bin"]
