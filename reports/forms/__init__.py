"""The forms of the pages of figures."""
