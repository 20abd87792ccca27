"""Guidance paths: questions that lead a resident to advice, to a service or to a human, at any hour (seed 003)."""
