"""Watches live figures and buckets, and says when a zone should show something."""
