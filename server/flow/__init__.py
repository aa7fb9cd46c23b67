"""How counts vary and hang together: typical days, unusual days, paths between zones, customer groups."""
