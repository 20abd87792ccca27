"""Another day for every Python of the tests (`python -m tests.run --at 2026-12-31T21:55`).

This folder then stands on PYTHONPATH, and CLOCK_SHIFT says by how many seconds the clock of each process is off. So the tests, and
the servers that they start, have the same clock.
"""

import os
import time

import time_machine

if shift := float(os.environ.get("CLOCK_SHIFT") or 0):
    time_machine.__doc__ = "PYTEST_DONT_REWRITE"  # pytest would complain that it comes too late to look at the module's assertions
    time_machine.travel(time.time() + shift, tick=True).start()
