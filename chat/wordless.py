"""Errors as logs may keep them: what an error says could be somebody's message."""


def wordless(error: Exception) -> Exception:
    """An error from the same place, named by its kind, without its words."""
    return Exception(type(error).__name__).with_traceback(error.__traceback__)
