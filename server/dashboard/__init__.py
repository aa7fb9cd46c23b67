"""The staff's pages: rendered here, kept current by server-sent events, readable without scripts."""
