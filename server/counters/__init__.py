"""Counts of other makes' counters, as the same buckets that our own devices send."""
