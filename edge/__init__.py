"""The device: camera, detection, tracking, counting, outbox and uplink."""
