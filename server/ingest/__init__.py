"""From MQTT into storage: each message acknowledged only once it is on disk."""

from server.ingest.retrying import retry

__all__ = ["retry"]
