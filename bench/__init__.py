"""The benchmarks: how fast the portal is beside what the same machine can do at all."""
