"""Frames: whatever comes, it is understood or refused; never anything else."""

from __future__ import annotations

import contextlib
import json
from uuid import uuid4

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from chat.protocol import FRAME_LIMIT, TEXT_LIMIT, FrameError, Hello, Post, Refused, clean_text, encode, parse
from chat.refusals import MESSAGES, Refusal
from tests.chat.malformed import MALFORMED


@pytest.mark.parametrize("text", MALFORMED, ids=range(len(MALFORMED)))
def test_malformed_frames_are_refused(text: str | None) -> None:
    with pytest.raises(FrameError):
        _read(text)


def _read(text: str | None) -> None:
    frame = parse(text)
    if isinstance(frame, Post):
        clean_text(frame.body)


def test_a_good_frame_is_read() -> None:
    conversation, client_id = uuid4(), uuid4()
    frame = parse(json.dumps({"t": "post", "conversation": str(conversation), "client_id": str(client_id), "body": "Hei 👋🏽"}))
    assert frame == Post(conversation, client_id, "Hei 👋🏽")
    assert isinstance(parse('{"t":"hello","proto":1}'), Hello)


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    with pytest.raises(FrameError):
        parse(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(
    st.dictionaries(
        st.sampled_from(["t", "conversation", "client_id", "body", "audience", "all", "staff", "on", "proto", "x"]), json_values
    )
)
def test_no_object_breaks_the_parser(value: dict[str, object]) -> None:
    with contextlib.suppress(FrameError):
        frame = parse(json.dumps(value))
        assert value["t"] == frame.__struct_config__.tag


@given(st.text(max_size=TEXT_LIMIT * 2))
def test_clean_text_is_stable_and_within_bounds(text: str) -> None:
    try:
        cleaned = clean_text(text)
    except FrameError:
        return
    assert 0 < len(cleaned) <= TEXT_LIMIT
    assert clean_text(cleaned) == cleaned
    assert cleaned.strip() == cleaned
    assert not any(ord(ch) < 32 and ch not in "\n\t" for ch in cleaned)
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    cleaned.encode()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Hei  ", "Hei"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\x00b\x07", "ab"),
        ("e\u0301", "é"),
        ("\u202eabc", "abc"),
        ("👩‍👩‍👧 ok", "👩‍👩‍👧 ok"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("مرحبا", "مرحبا"),
    ],
)
def test_what_is_kept(given: str, kept: str) -> None:
    assert clean_text(given) == kept


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200b\u200b", "\u00a0", "\x00", "\u202e"])
def test_nothing_is_nothing(text: str) -> None:
    with pytest.raises(FrameError) as refused:
        clean_text(text)
    assert refused.value.code == Refusal.EMPTY


def test_too_long_is_said() -> None:
    assert clean_text("x" * TEXT_LIMIT)
    with pytest.raises(FrameError) as refused:
        clean_text("x" * (TEXT_LIMIT + 1))
    assert refused.value.code == Refusal.TOO_LONG
    with pytest.raises(FrameError) as refused:
        parse('{"t":"pong"}' + " " * FRAME_LIMIT)
    assert refused.value.code == Refusal.TOO_LARGE


def test_every_refusal_has_words() -> None:
    assert set(MESSAGES) == set(Refusal)


def test_frames_are_written_in_json() -> None:
    assert json.loads(encode(Refused(code="ended", text="ä")))["text"] == "ä"


def test_the_protocol_page_is_what_the_frames_are() -> None:
    call_command("write_protocol", "--check")
