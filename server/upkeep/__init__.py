"""What keeps the database small, copied and clean: retention, backup and restore, once a night."""
