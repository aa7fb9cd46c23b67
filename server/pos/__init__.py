"""Sales and planograms from files."""
