"""The store server: ingest, sales, metrics, API and the staff page."""
