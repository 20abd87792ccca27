"""Clock times as people write them; seconds are neither shown nor asked."""

TIME_INPUT_FORMATS = ["%H.%M", "%H:%M", "%H.%M.%S", "%H:%M:%S", "%H"]
