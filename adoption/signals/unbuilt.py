"""Signals whose facts belong to parts of the portal that are not in use yet: each answers by its name that it is not available."""

from __future__ import annotations

from collections.abc import Mapping

from adoption.signals.answers import Answer, Judge, Unavailable
from adoption.signals.facts import Facts

OWNERS: Mapping[str, str] = {
    "guidance_paths_live": "guidance",
}


def _unavailable(name: str, owner: str) -> Judge:
    def judge(facts: Facts) -> Answer:
        return Unavailable(name, owner)

    return judge


UNBUILT: Mapping[str, Judge] = {name: _unavailable(name, owner) for name, owner in OWNERS.items()}
