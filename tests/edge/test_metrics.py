from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from edge.errors import EdgeError
from edge.metrics import metrics_served
from edge.wire import DetectorCard, Health, Machine, SourceState, ViewNow
from tests.docs.reading import rows_of
from tests.edge.cast import NOON, free_port, until
from tests.edge.device import Device, ended

HEALTH = Health(
    store="shop",
    device="door-1",
    camera="entrance",
    at=datetime.fromtimestamp(NOON, UTC),
    fps=9.5,
    inference_ms=40,
    frames_done=100,
    frames_skipped=3,
    outbox_depth=2,
    outbox_oldest_seconds=61,
    outbox_coarsened=120,
    outbox_dropped=0,
    outbox_trouble="no space",
    clock_known=True,
    memory_mb=200,
    source=SourceState(state="lost", reason="away", fault="silent", reconnects=4),
    detector=DetectorCard(name="d", licence="l"),
    view=ViewNow(known=True, moved=True),
    machine=Machine(
        disk_free_mb=100, memory_available_mb=50, temperature_celsius=61.5, open_files=9, open_files_most=1024
    ),
)


def asked(health: Health | None) -> dict[str, float]:
    """What Prometheus gets, by name and labels."""
    with (
        metrics_served(lambda: health, "127.0.0.1", 0) as port,
        urlopen(f"http://127.0.0.1:{port}") as answer,
    ):
        families = text_string_to_metric_families(answer.read().decode())
        return {
            f"{sample.name}{dict(sorted(sample.labels.items()))}": sample.value
            for family in families
            for sample in family.samples
        }


def test_prometheus_gets_the_health_of_the_camera() -> None:
    given = asked(HEALTH)
    entrance = "{'camera': 'entrance'}"
    assert given[f"footfall_edge_fps{entrance}"] == 9.5
    assert given[f"footfall_edge_source_up{entrance}"] == 0
    assert given[f"footfall_edge_reconnects_total{entrance}"] == 4
    assert given[f"footfall_edge_disk_free_bytes{entrance}"] == 100 * 2**20
    assert given[f"footfall_edge_outbox_coarsened_total{entrance}"] == 120
    assert given[f"footfall_edge_outbox_kept{entrance}"] == 0
    assert given[f"footfall_edge_clock_known{entrance}"] == 1
    assert given["footfall_edge_view_wrong{'camera': 'entrance', 'kind': 'moved'}"] == 1
    assert given["footfall_edge_view_wrong{'camera': 'entrance', 'kind': 'dark'}"] == 0


def test_what_the_device_cannot_tell_is_left_out() -> None:
    given = asked(HEALTH.model_copy(update={"machine": Machine(), "view": None}))
    assert not any("disk" in name or "view" in name for name in given)


def test_an_outbox_that_cannot_be_read_is_told_and_nothing_made_up() -> None:
    assert asked(None) == {"footfall_edge_outbox_readable{}": 0}


@pytest.mark.long
def test_a_run_answers_prometheus_also_after_its_configuration_has_changed(tmp_path: Path) -> None:
    device, port = Device(tmp_path), free_port()
    first = port
    own = device.config.read_text("utf-8") + f"\n[metrics]\nenabled = true\nport = {port}\n"
    device.config.write_text(own, "utf-8")

    def answers() -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{port}", timeout=5) as answer:
                return b"footfall_edge_fps" in answer.read()
        except OSError:
            return False

    with device.start("run") as process:
        until(answers, "it answers")
        port = free_port()
        device.config.write_text(own.replace(f"port = {first}\n", f"port = {port}\n"), "utf-8")
        until(answers, "it answers at the other port")
        process.terminate()
        ended(process, 0)


def test_every_metric_of_the_device_is_named_in_the_technicians_document_and_no_other() -> None:
    given = {name.partition("{")[0] for name in asked(HEALTH)}
    named = {name for name in rows_of("docs/technician.md") if name.startswith("footfall_edge_")}
    assert named == given


def test_a_port_that_is_taken_is_a_sentence() -> None:
    with (
        metrics_served(lambda: HEALTH, "127.0.0.1", 0) as port,
        pytest.raises(EdgeError, match=f"metrics cannot be served at 127.0.0.1:{port}") as caught,
        metrics_served(lambda: HEALTH, "127.0.0.1", port),
    ):
        pass
    assert "metrics.port" in caught.value.hint
