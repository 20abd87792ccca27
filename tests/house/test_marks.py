"""The marks by which `tests.run` chooses: a part reads only the files that hold its mark, so each file names its own."""

from __future__ import annotations

import re

from tests.house.source import ROOT, files

MARK = re.compile(r"mark\.(browser|serve|postgres|soak)\b")
BY_ANOTHER_NAME = re.compile(r"^\s*from \S+ import [^#\n]*\b(mark|pytestmark)\b|getattr\(pytest\.mark", re.MULTILINE)


def test_a_mark_stands_in_the_file_whose_tests_it_marks() -> None:
    strays = []
    for path in files(".py", under=("tests",)):
        if path.parent.name == "house":
            continue
        text = path.read_text()
        if BY_ANOTHER_NAME.search(text) or (MARK.search(text) and not path.name.startswith("test_")):
            strays.append(str(path.relative_to(ROOT)))
    assert not strays
