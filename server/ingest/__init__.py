"""From MQTT into storage: each message acknowledged only once it is on disk."""
