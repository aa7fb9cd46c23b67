"""Credentials, TLS material and rights for Mosquitto: each device and till has its own topics only."""
