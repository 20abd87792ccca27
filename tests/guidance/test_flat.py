"""Paths as a flat table: written and read back without loss, and each wrong row told with its number (beside the YAML)."""

from __future__ import annotations

import pytest
import tablib
from hypothesis import given
from hypothesis import strategies as st

from bench.places import ROOT
from guidance.document import PathDocument, read_library, read_path
from guidance.flat import COLUMNS, read_table, table_of
from services.resources.files import read_file, write_file
from tests.guidance.making import small

SHIPPED = [path for file in sorted((ROOT / "guidance" / "content").glob("paths*.yaml")) for path in read_library(file)]
WORDS = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=("Cc", "Cf")), min_size=1, max_size=30)


def through(kind: str, *documents: PathDocument) -> list[PathDocument]:
    found, problems = read_table(read_file(write_file(table_of(documents), kind)))
    assert problems == []
    return found


def rows(*lines: dict[str, str]) -> tablib.Dataset:
    table = tablib.Dataset(headers=list(COLUMNS))
    for line in lines:
        table.append([line.get(name, "kuume" if name == "path" else "") for name in COLUMNS])
    return table


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_shipped_library_comes_back_as_it_was(kind: str) -> None:
    assert len(SHIPPED) > 5
    assert through(kind, *SHIPPED) == SHIPPED


def test_every_kind_of_thing_comes_back() -> None:
    raw = small(audience=["aikuiset, vanhemmat", "nuoret"], topics=["kuume"], review_months=6, id="P7")
    raw |= {"keywords": {"fi": ["lämpö", "kuume"], "sv": ["feber"], "en": []}}
    raw["nodes"]["q2"] |= {"always_answerable": True, "plain": {"fi": "=SUM(A1)\nKuinka kauan?", "sv": "'-x"}}
    document = read_path(raw)
    for kind in ("xlsx", "csv"):
        assert through(kind, document) == [document]


@given(words=WORDS, labels=st.lists(WORDS, max_size=2))
def test_any_words_come_back(words: str, labels: list[str]) -> None:
    raw = small(title={"fi": words}, walks=[{"answers": ["ei"], "outcome": "o_self", "labels": labels}])
    document = read_path(raw)
    assert through("csv", document) == [document]
    assert through("xlsx", document) == [document]


class TestProblems:
    def said(self, table: tablib.Dataset) -> list[tuple[str, str]]:
        found, problems = read_table(table)
        assert found == []
        return [(each.place, each.what) for each in problems]

    def test_each_with_its_row_and_column(self) -> None:
        table = rows(
            {"part": "title", "fi": "Kuume", "next": "q1"},
            {"part": "setting", "key": "review_months", "value": "usein"},
            {"part": "setting", "key": "health", "value": "ehkä"},
            {"part": "option", "node": "q1", "key": "ei"},
            {"part": "kysymys", "node": "q1"},
            {"path": " ", "part": "title"},
            {"part": "walk_answer", "key": "ei"},
        )
        assert [place for place, _what in self.said(table)] == [
            "rivi 6, part",
            "rivi 7, path",
            "rivi 3, value",
            "rivi 4, value",
            "rivi 5, node",
            "rivi 8, part",
        ]

    def test_what_the_document_itself_refuses_is_told_with_its_row_too(self) -> None:
        table = rows(
            {"part": "title", "fi": "Kuume", "next": "q1"},
            {"part": "question", "node": "q1", "fi": "Onko hätä?"},
            {"part": "option", "node": "q1", "key": "EI KÄY", "fi": "Ei", "next": "o1"},
            {"part": "outcome", "node": "o1", "kind": "taikuus", "fi": "Lepää."},
        )
        [(place, _what)] = self.said(table)
        assert place.startswith("rivi 4: nodes.q1.options[0]")
        table = rows(
            {"part": "title", "fi": "Kuume", "next": "o1"},
            {"part": "outcome", "node": "o1", "kind": "taikuus", "fi": "Lepää."},
        )
        [(place, what)] = self.said(table)
        assert place.startswith("rivi 3: nodes.o1")
        assert "taikuus" in what

    def test_unseen_characters_and_a_path_without_a_title(self) -> None:
        table = rows(
            {"part": "title", "fi": "Kuume", "next": "o1"},
            {"part": "outcome", "node": "o1", "kind": "self_care", "fi": "Lepää\u202e."},
        )
        [(place, _what)] = self.said(table)
        assert place == "rivi 3"
        assert self.said(rows({"part": "outcome", "node": "o1", "kind": "self_care", "fi": "Lepää."}))[0][0] == "rivi 2"

    def test_a_column_that_is_not_known_or_is_missing(self) -> None:
        assert [place for place, _what in self.said(tablib.Dataset(["kuume", "x"], headers=["path", "otsikko"]))] == ["", ""]
