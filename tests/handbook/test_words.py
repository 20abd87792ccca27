"""The handbook's first texts keep their promises: complete in three languages, plain, and without a number that could grow old."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("fi", "sv", "en")
KEYS = (
    "chat_as_channel",
    "service_model_basics",
    "competence",
    "conversation_and_concern",
    "tips",
    "supervisor_main_user_tasks",
    "taking_into_use",
    "security",
    "problem_situations",
    "practical_matters",
    "local_agreements",
    "keeping_up_to_date",
    "service_orientation",
)
MANDATORY = {KEYS[number - 1] for number in (1, 2, 3, 4, 8, 9, 10, 11, 13)}
FEWEST_WORDS = {"fi": 250, "sv": 200, "en": 200}
LONGEST_SENTENCE = 30
VALUES = {
    "fi": ("Palvelemme yhdenvertaisesti", "Kohtaamme inhimillisesti", "Toimimme ammatillisesti", "Uudistamme vastuullisesti"),
    "sv": (
        "Vi ger service på lika villkor",
        "Vi bemöter människor mänskligt",
        "Vi arbetar professionellt",
        "Vi förnyar ansvarsfullt",
    ),
    "en": ("We serve everyone equally", "We meet people humanely", "We act professionally", "We renew responsibly"),
}

BUTTONS = (
    "Take the next",
    "My presence",
    "Available",
    "On a break",
    "Finish these, take no new ones",
    "Own limit and break",
    "Ask to identify",
    "Ask a colleague for advice",
    "Note for staff only",
    "Hide",
    "Transfer",
    "Offer",
    "The right place is closed or full",
    "Flag as abusive or dangerous",
    "Danger to somebody",
    "Concern for somebody",
    "Abusive",
    "End the conversation",
    "What came of it",
    "End and save",
    "Text for the client record",
    "Make the text",
    "Practise",
    "Disruptions",
    "Rollouts",
    "Handled in chat",
    "Guided to self-care or a digital service",
    "Appointment booked",
    "Call request left to a unit",
    "Asked to contact the unit oneself",
    "Follow-up agreed (phone or e-mail)",
    "Wrong service, redirected",
    "Client left midway",
    "Start the chat",
    "See what it means and identify",
)
"""What the product calls the controls and outcomes that the texts name, by their English words in the code."""


def _load(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


CONTENT = _load("handbook/content/chapters.yaml")
CHAPTERS: dict[str, dict[str, Any]] = {row["key"]: row for row in CONTENT["chapters"]}
POINTS = {row["key"] for row in _load("services/content/contact_points.yaml")["contact_points"]}
SECTIONS = {f"{key}.{each['service']}": each for key, row in CHAPTERS.items() for each in row.get("sections", ())}
BODIES = {f"{key}.{language}": row["body"][language] for key, row in CHAPTERS.items() for language in LANGUAGES} | {
    f"{part}.{language}": CONTENT[part]["body"][language] for part in ("guide", "notice") for language in LANGUAGES
}
BODIES |= {f"{place}.{language}": row["body"][language] for place, row in SECTIONS.items() for language in LANGUAGES}


def _texts(node: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text that a person sees, with its place; keys are not texts."""
    if isinstance(node, str):
        yield place, node
    elif isinstance(node, dict):
        for name, child in node.items():
            if name != "key":
                yield from _texts(child, f"{place}.{name}")
    elif isinstance(node, list):
        for number, child in enumerate(node):
            yield from _texts(child, f"{place}[{number}]")


ALL = dict(_texts(CONTENT))


def _words(text: str) -> list[str]:
    """Words of a text: a placeholder is none, and a link counts by what is read of it."""
    text = re.sub(r"\{\{[^}]*\}\}|`[^`]*`", " ", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    return re.findall(r"[^\W\d_]+(?:[-’–][^\W_]+)*", text)


def _sentences(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from re.split(r"[.!?]+[”*]*(?:\s|$)", line)


@pytest.mark.parametrize("place", sorted(SECTIONS))
def test_a_services_section_is_whole_in_each_language(place: str) -> None:
    body = SECTIONS[place]["body"]
    assert set(body) == set(LANGUAGES)
    assert all(len(_words(body[language])) >= FEWEST_WORDS[language] for language in LANGUAGES)
    assert len({tuple(re.findall(r"^#{2,3}(?= )|^-(?= )|^>(?= )", text, re.MULTILINE)) for text in body.values()}) == 1
    assert len({tuple(re.findall(r"\((luku|yhteyspiste):(\w+)\)", text)) for text in body.values()}) == 1


def test_chapters_are_the_thirteen_in_their_order() -> None:
    assert tuple(row["key"] for row in CONTENT["chapters"]) == KEYS


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chapter_is_complete_in_each_language(key: str, language: str) -> None:
    body = CHAPTERS[key]["body"]
    assert set(body) == set(LANGUAGES)
    assert len(_words(body[language])) >= FEWEST_WORDS[language]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chapter_has_parts_and_no_heading_of_the_first_level(key: str, language: str) -> None:
    body = CHAPTERS[key]["body"][language]
    assert not re.search(r"^#(?!#)", body, re.MULTILINE)
    assert len(re.findall(r"^##(?!#)", body, re.MULTILINE)) >= 3


@pytest.mark.parametrize("key", KEYS)
def test_languages_have_the_same_parts(key: str) -> None:
    """The same headings, list items, ready messages, numbers and links, so that no language lacks one."""
    marks = r"^#{2,3}(?= )|^\d+\.(?= )|^-(?= )|^>(?= )"
    shapes = {language: re.findall(marks, CHAPTERS[key]["body"][language], re.MULTILINE) for language in LANGUAGES}
    assert shapes["fi"] == shapes["sv"] == shapes["en"]
    links = {language: re.findall(r"\((luku|yhteyspiste):(\w+)\)", CHAPTERS[key]["body"][language]) for language in LANGUAGES}
    assert links["fi"] == links["sv"] == links["en"]


@pytest.mark.parametrize("key", KEYS)
def test_a_chapter_has_a_ready_message(key: str) -> None:
    assert re.search(r"^> ", CHAPTERS[key]["body"]["fi"], re.MULTILINE)


@pytest.mark.parametrize("key", KEYS[:2])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_two_chapters_name_the_four_values(key: str, language: str) -> None:
    assert [value for value in VALUES[language] if value not in CHAPTERS[key]["body"][language]] == []


def test_no_number_is_typed_but_the_emergency_number() -> None:
    """Short codes of quick replies are no numbers, and neither is 650 000 people."""
    found = {}
    for place, text in ALL.items():
        bare = re.sub(r"\{\{[^}]*\}\}|`[^`]*`|/11[26]\w*", " ", text)
        numbers = re.findall(r"\+?\d(?:[\d \u00a0-]*\d)?", bare)
        digits = {re.sub(r"\D", "", number) for number in numbers}
        if bad := {number for number in digits if len(number) >= 3} - {"112", "650000"}:
            found[place] = bad
    assert found == {}


def test_every_number_is_a_contact_point() -> None:
    named = {key for text in ALL.values() for key in re.findall(r"\{\{phone:(\w+)\}\}", text)}
    assert named
    assert named <= POINTS


def test_no_other_placeholder_is_used() -> None:
    assert [place for place, text in ALL.items() if re.search(r"\{\{(?!phone:\w+\}\})", text)] == []


def test_every_link_leads_somewhere() -> None:
    """A chapter that there is, or a contact point; nothing else, as counties differ."""
    targets = {target for text in ALL.values() for target in re.findall(r"\]\(([^)]*)\)", text)}
    assert targets
    known = {f"luku:{key}" for key in KEYS} | {f"yhteyspiste:{key}" for key in POINTS}
    assert targets <= known


def test_no_sentence_in_finnish_is_too_long() -> None:
    long = {
        place: sentence
        for place, text in ALL.items()
        if place.endswith(".fi")
        for sentence in _sentences(text)
        if len(_words(sentence)) > LONGEST_SENTENCE
    }
    assert long == {}


def test_mandatory_chapters_ask_and_others_do_not() -> None:
    assert {key for key, row in CHAPTERS.items() if row.get("questions")} == MANDATORY


@pytest.mark.parametrize("key", sorted(MANDATORY))
def test_questions_have_exactly_one_right_answer(key: str) -> None:
    questions = CHAPTERS[key]["questions"]
    assert 3 <= len(questions) <= 5
    assert len({row["key"] for row in questions}) == len(questions)
    for row in questions:
        assert len(row["answers"]) == 3
        assert [answer["right"] for answer in row["answers"]].count(True) == 1
        texts = [row["text"], row["why"], *(answer["text"] for answer in row["answers"])]
        assert all(set(text) == set(LANGUAGES) and all(text.values()) for text in texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_are_named_as_the_product_names_them(language: str) -> None:
    """Who renames a button changes the texts too."""
    names = {name: name for name in BUTTONS}
    if language != "en":
        entries = polib.pofile(str(ROOT / f"locale/{language}/LC_MESSAGES/django.po"))
        names = {row.msgid: row.msgstr for row in entries if row.msgid in BUTTONS and not row.msgctxt}
    assert set(names) == set(BUTTONS)
    bold = " ".join(
        part for place, text in BODIES.items() if place.endswith(f".{language}") for part in re.findall(r"\*\*([^*]+)\*\*", text)
    )
    assert [name for name in names.values() if name not in bold] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_and_the_notice_are_in_each_language(language: str) -> None:
    assert len(_words(CONTENT["guide"]["body"][language])) >= 200
    assert CONTENT["notice"]["title"][language]
    assert CONTENT["notice"]["body"][language]


@pytest.mark.parametrize("place", sorted(BODIES))
def test_no_body_carries_markup_of_its_own(place: str) -> None:
    """Markdown only: no HTML, no picture, no address of the web."""
    assert not re.search(r"<\w|!\[|https?:|javascript:", BODIES[place])
