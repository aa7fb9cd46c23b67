"""The web server: JSON for machines, and the staff's pages. Begin with `server.api.app.build_app`."""
