"""The forms of the handbook's pages."""
