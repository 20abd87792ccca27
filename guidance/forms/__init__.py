"""The forms of the author's desk."""
