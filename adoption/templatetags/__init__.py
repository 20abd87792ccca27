"""Template tags of adoption."""
