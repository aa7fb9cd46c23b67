"""Products to zones, tills to hours: what earns most within the limits, and what limits it."""
