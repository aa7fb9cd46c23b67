"""What is wrong with the server itself, in sentences for whoever looks at a page."""

from __future__ import annotations

from sqlite_utils import Database

from server.config import Settings
from server.storage import unknown_time
from server.storage.space import free_megabytes


def trouble(db: Database, settings: Settings, store: str) -> tuple[str, ...]:
    """Why a store's newest counts may be missing; nothing where all is well."""
    held = sum(camera.buckets for camera in unknown_time.held(db, store))
    notes = {
        "The server's disk is nearly full: nothing new is stored until there is room. It is not lost.": (
            free_megabytes(settings.database) < settings.least_free_megabytes
        ),
        f"{held:,} buckets were counted by devices that did not know the time. They stand in no figure.": (
            held > 0
        ),
    }
    return tuple(note for note, applies in notes.items() if applies)
