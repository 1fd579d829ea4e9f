"""The desk of campaigns: what editors and publishers do with one besides writing its page."""
