"""The forms around the report."""
