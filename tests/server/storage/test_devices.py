from __future__ import annotations

from pathlib import Path

from server.storage import devices
from server.storage.database import migrate, open_database
from tests.server.samples import MINUTE, NOON, health, live, status


def test_the_last_of_each_kind_is_kept_and_the_latest_sign_of_life(tmp_path: Path) -> None:
    migrate(tmp_path / "f.db")
    with open_database(tmp_path / "f.db") as db:
        devices.keep_status(db, status(), NOON)
        devices.keep_status(db, status("offline"), NOON)
        devices.keep_health(db, health(), NOON)
        for occupancy in (1, 5):
            devices.keep_live(db, live(occupancy), NOON)
        for at in (NOON + MINUTE, NOON):
            devices.seen(db, "demo", "box", "door", at)
        (state,) = devices.camera_states(db, "demo")
        assert devices.camera_states(db, "other") == []
    assert (state.device, state.camera, state.seen_at) == ("box", "door", NOON + MINUTE)
    assert (state.status, state.health, state.live) == (status("offline"), health(), live(5))
