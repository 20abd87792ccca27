"""`docs/requirements.md` is complete and true: every requirement once, and every test it names exists."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from tests.house.source import ROOT, tree

COUNTS = {"S000": 64, "S001": 74, "S002": 54, "S003": 32, "S004": 37}
STATES = {"built", "partly", "planned", "context"}
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)(?:::(\w+))?`")


@dataclass(frozen=True)
class Row:
    """One requirement."""

    id: str
    text: str
    area: str
    state: str
    shown: str


def rows() -> list[Row]:
    text = (ROOT / "docs" / "requirements.md").read_text()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| S00")]
    assert all(len(row) == 5 for row in cells), [row[0] for row in cells if len(row) != 5]
    return [Row(*row) for row in cells]


def test_every_requirement_stands_once_in_order() -> None:
    wanted = [f"{seed}-{number}" for seed, count in COUNTS.items() for number in range(1, count + 1)]
    assert [row.id for row in rows()] == wanted
    assert len(wanted) == 261


def test_states_are_of_the_closed_list() -> None:
    assert {row.state for row in rows()} <= STATES


def test_nothing_is_built_without_a_test() -> None:
    bare = [row.id for row in rows() if row.state in {"built", "partly"} and not TEST.search(row.shown)]
    assert not bare


def test_what_is_partly_built_says_what_is_missing() -> None:
    silent = [row.id for row in rows() if row.state == "partly" and len(TEST.sub("", row.shown).strip(" ,;·–")) < 10]
    assert not silent


def test_every_named_test_exists() -> None:
    missing = []
    for row in rows():
        for path, first, second in TEST.findall(row.shown):
            if not (ROOT / path).is_file() or not has_test(path, first, second):
                missing.append(f"{row.id}: {path}::{first}{'::' + second if second else ''}")
    assert not missing


def has_test(path: str, first: str, second: str) -> bool:
    """The file has the function, or the class with the method."""
    body = tree(ROOT / path).body
    for name in filter(None, (first, second)):
        found = next(
            (
                node
                for node in body
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name
            ),
            None,
        )
        if found is None:
            return False
        body = found.body
    return True
