"""The directory's own pages for the staff; most of the directory is kept in the administration."""
