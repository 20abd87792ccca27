"""The protocol has the same names and limits in Python, in JavaScript and in its document."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from chat import protocol
from tests.house.source import ROOT

SCRIPT = (ROOT / "chat" / "static" / "chat" / "protocol.js").read_text()


def frames(base: str) -> dict[str, Any]:
    """The frames of one direction by their name."""
    kinds = [kind for kind in vars(protocol).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
    return {kind.__struct_config__.tag: kind for kind in kinds if kind.__mro__[1].__name__ == base}  # type: ignore[misc]


def listed(name: str) -> list[str]:
    """A list of names in the script."""
    found = re.search(rf"export const {name} = \[(.*?)\];", SCRIPT, flags=re.DOTALL)
    assert found, name
    return re.findall(r'"(\w+)"', found.group(1))


def constant(name: str) -> int:
    found = re.search(rf"export const {name} = (\d+);", SCRIPT)
    assert found, name
    return int(found.group(1))


def test_both_sides_know_the_same_frames() -> None:
    assert set(listed("CLIENT_FRAMES")) == set(frames("_In"))
    assert set(listed("SERVER_FRAMES")) == set(frames("_Out"))
    assert len(frames("_In")) > 4
    assert len(frames("_Out")) > 8


def test_both_sides_keep_the_same_limits() -> None:
    assert constant("VERSION") == protocol.VERSION
    assert constant("TEXT_LIMIT") == protocol.TEXT_LIMIT


def test_what_the_script_sends_the_server_reads() -> None:
    """Each maker of a frame names its fields as the server does."""
    made = dict(re.findall(r'export const \w+ = \(.*?\) => \(\{ t: "(\w+)"(.*?) \}\);', SCRIPT))
    assert set(made) == set(frames("_In"))
    for name, rest in made.items():
        given = {part.split(":")[0].strip() for part in rest.split(",") if part.strip()}
        fields = {field.encode_name: field for field in msgspec.structs.fields(frames("_In")[name])}
        assert given <= set(fields), name
        assert {key for key, field in fields.items() if field.required} <= given, name


def test_what_the_script_reads_the_server_sends() -> None:
    """Each check of a frame asks for fields that the server's frame has."""
    checks = re.search(r"const CHECKS = \{(.*?)\n\};", SCRIPT, flags=re.DOTALL)
    assert checks
    for name, body in re.findall(r"^  (\w+): (.*?)(?=^  \w+: |\Z)", checks.group(1), flags=re.DOTALL | re.MULTILINE):
        fields = {field.encode_name for field in msgspec.structs.fields(frames("_Out")[name])}
        assert set(re.findall(r"\bf\.(\w+)", body)) <= fields, name


def test_the_document_tells_every_frame() -> None:
    text = (ROOT / "docs" / "protocol.md").read_text()
    for name in {**frames("_In"), **frames("_Out")}:
        assert f"`{name}`" in text, name
    assert json.dumps(protocol.TEXT_LIMIT) in text.replace(" ", "").replace("\u00a0", "")
