"""The handbook’s tables in files."""
