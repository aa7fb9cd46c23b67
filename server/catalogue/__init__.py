"""What a shop knows about its goods and its hours, edited over the API, as CSV or on a page."""
