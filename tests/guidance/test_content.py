"""The paths that ship with the portal: all of them, whole, in three languages, and each scenario ends where it says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from guidance.document import HELPLINE, LANGUAGES, UNSURE, Information, Outcome, PathDocument, Question, Words, read_library

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "guidance" / "content").glob("paths*.yaml"))
PATHS = {path.id: path for file in FILES for path in read_library(file)}
COMMON: dict[str, Any] = yaml.safe_load((ROOT / "guidance" / "content" / "paths.yaml").read_text())
PHONE = re.compile(r"\{\{phone:([a-z0-9_]+)\}\}")
# id: address, nodes, options, further actions, scenarios.
EXPECTED = {
    "GP01": ("mista-apua", 16, 19, 9, 3),
    "GP02": ("flunssa-aikuinen", 10, 15, 4, 3),
    "GP03": ("lapsen-kuume", 10, 15, 3, 3),
    "GP04": ("virtsavaiva", 10, 15, 2, 3),
    "GP05": ("selkakipu", 9, 12, 2, 3),
    "GP06": ("ikaantyneen-arki", 13, 14, 7, 3),
    "GP07": ("huoli-ikaantyneesta", 8, 10, 4, 3),
    "GP08": ("huoli-lapsesta", 14, 16, 7, 3),
    "GP09": ("raskaus-ja-neuvola", 11, 12, 3, 3),
    "GP10": ("ehkaisy", 13, 14, 6, 3),
    "GP11": ("mieli-ja-jaksaminen", 11, 13, 9, 3),
    "GP12": ("digituki", 11, 13, 6, 3),
}
each_path = pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())


def questions_of(path: PathDocument) -> Iterator[tuple[str, Question]]:
    return ((key, node) for key, node in path.nodes.items() if isinstance(node, Question))


def words_of(path: PathDocument) -> Iterator[tuple[str, Words]]:
    """Every text of a path that a person sees, with its place."""
    yield "title", path.title
    for key, node in path.nodes.items():
        yield key, node.text
        if isinstance(node, Question):
            for option in node.options:
                yield f"{key}.{option.key}", option.label


def test_all_twelve_are_there_whole() -> None:
    counted = {
        path.id: (
            path.slug,
            len(path.nodes),
            sum(len(node.options) for _key, node in questions_of(path)),
            sum(len(node.also) for _key, node in path.outcomes()),
            len(path.walks),
        )
        for path in PATHS.values()
    }
    assert counted == EXPECTED
    assert sum(len(read_library(file)) for file in FILES) == 12
    kinds = Counter(node.kind for path in PATHS.values() for _key, node in path.outcomes())
    assert kinds == {
        "chat_handover": 33,
        "self_care": 12,
        "call_112": 11,
        "phone": 11,
        "call_116117": 7,
        "help_form": 7,
        "service_link": 5,
        "path_link": 5,
    }


@each_path
def test_every_text_is_in_three_languages(path: PathDocument) -> None:
    for place, words in words_of(path):
        given = [words.given(code) for code in LANGUAGES]
        assert all(text and text == text.strip() for text in given), place
        assert len(words.fi) <= 500, place
        if place in path.nodes or place == "title":  # a label may be alike: "0–2"
            assert len(set(given)) == 3, f"{place} is left untranslated"


@each_path
def test_finnish_words_do_not_stand_in_another_language(path: PathDocument) -> None:
    finnish = re.compile(r"\b(soita|chatissa|onko|sinun|hyvinvointialue\w*|lomak\w*|palvelu\w*|puh\.)", re.IGNORECASE)
    for place, words in words_of(path):
        assert not finnish.search(words.sv), place
        assert not finnish.search(words.en), place


@each_path
def test_each_has_as_many_keywords_in_each_language(path: PathDocument) -> None:
    counts = {len(set(path.keywords.given(code))) for code in LANGUAGES}
    assert counts == {len(path.keywords.fi)}
    assert 4 <= len(path.keywords.fi) <= 7


@each_path
def test_labels_of_one_question_are_distinct_in_each_language(path: PathDocument) -> None:
    for key, question in questions_of(path):
        assert len({option.key for option in question.options}) == len(question.options), key
        for code in LANGUAGES:
            labels = [option.label.given(code).casefold() for option in question.options]
            assert len(set(labels)) == len(labels), (key, code)


@each_path
def test_unsure_is_the_last_choice_and_says_so_in_the_same_words(path: PathDocument) -> None:
    for place, question in questions_of(path):
        for option in question.options:
            if option.key == UNSURE:
                assert option == question.options[-1], place
                assert (option.label.sv, option.label.en) == ("Jag vet inte", "I do not know"), place


@each_path
def test_each_language_names_the_same_numbers_by_their_keys(path: PathDocument) -> None:
    for place, words in words_of(path):
        named = [Counter(PHONE.findall(words.given(code))) for code in LANGUAGES]
        assert named[0] == named[1] == named[2], place
        for code in LANGUAGES:
            bare = PHONE.sub("", words.given(code))
            assert "{" not in bare, place
            assert "112" in bare or "112" not in words.fi, (place, code)
            assert set(re.findall(r"\d(?:[ -]?\d){2,}", bare)) <= {"112"}, (place, code)


@each_path
def test_each_scenario_ends_where_it_says(path: PathDocument) -> None:
    for walk in path.walks:
        assert len(walk.labels) == len(walk.answers)
        at = path.start
        for answer, label in zip(walk.answers, walk.labels, strict=True):
            question = path.nodes[at]
            assert isinstance(question, Question)
            option = question.option(answer)
            assert option is not None
            assert option.label.fi == label
            at = option.next
        assert at == walk.outcome
        assert isinstance(path.nodes[at], Outcome)


@each_path
def test_every_node_is_reached_and_every_way_leads_somewhere(path: PathDocument) -> None:
    reached, waiting = set(), [path.start]
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting += [target for _answer, target in path.nodes[key].ways()]
    assert reached == set(path.nodes)


@each_path
def test_who_cannot_answer_is_led_to_a_human(path: PathDocument) -> None:
    """S003-21: unsure leads to a human; a question without it says that it can always be answered, and only then."""
    human = {"chat_handover", "help_form", "phone", "call_116117"}
    for place, question in questions_of(path):
        unsure = question.option(UNSURE)
        last = {option.key for option in question.options if option.key != UNSURE}
        assert 2 <= len(last) <= 6, place
        if unsure is None:
            assert question.always_answerable, place
            continue
        assert not question.always_answerable, place
        target = path.nodes[unsure.next]
        assert isinstance(target, Outcome) and target.kind in human, place


@each_path
def test_health_begins_with_the_emergency_check(path: PathDocument) -> None:
    assert not any(isinstance(node, Information) for node in path.nodes.values())
    first = path.nodes[path.start]
    leads = {getattr(path.nodes[target], "kind", "") for _answer, target in first.ways()}
    assert not path.health or "call_112" in leads


@each_path
def test_who_cannot_call_finds_another_way_and_112_waits_for_none(path: PathDocument) -> None:
    for place, node in path.outcomes():
        if node.kind == "call_112":
            assert node.also == (), place
        elif node.kind in ("phone", "call_116117"):
            assert {action.kind for action in node.also} & {"chat_handover", "help_form"}, place


def test_what_they_name_exists() -> None:
    shipped = {
        name: {row["key"] for row in yaml.safe_load((ROOT / "services" / "content" / f"{name}.yaml").read_text())[name]}
        for name in ("contact_points", "links")
    }
    named: dict[str, set[str]] = {field: set() for field in ("queue", "form", "link", "number", "path")}
    for path in PATHS.values():
        for _place, action in path.actions():
            for field, found in named.items():
                found.add(getattr(action, field))
        for _place, words in words_of(path):
            named["number"].update(PHONE.findall(words.fi))
    named = {field: found - {""} for field, found in named.items()}
    assert named["path"] <= {path.slug for path in PATHS.values()}
    assert {path.area for path in PATHS.values()} <= named["queue"]
    assert named["queue"] == set(COMMON["queues_used"])
    assert named["form"] == set(COMMON["forms_needed"])
    assert named["link"] == set(COMMON["link_library_needed"]) <= shipped["links"]
    assert HELPLINE in named["number"]
    assert named["number"] == set(COMMON["contact_points_needed"]) <= shipped["contact_points"]


def test_a_link_to_another_path_calls_it_by_its_name() -> None:
    """The text says where it goes: the title of the other path, or the part of it before a colon."""
    by_slug = {path.slug: path for path in PATHS.values()}
    for path in PATHS.values():
        for place, node in path.outcomes():
            if node.kind == "path_link":
                for code in LANGUAGES:
                    assert by_slug[node.path].title.given(code).split(":")[0] in node.text.given(code), (place, code)


def test_the_settings_are_told_in_three_languages() -> None:
    settings = COMMON["settings"]
    assert [row["key"] for row in settings["always_visible"]] == ["bot_notice", "emergency", "human", "back", "restart"]
    assert [row["key"] for row in settings["feedback"]["answers"]] == ["kylla", "osittain", "ei"]
    told = [
        *settings["always_visible"],
        *settings["when_labels"].values(),
        settings["no_personal_data"],
        settings["feedback"]["question"],
        *settings["feedback"]["answers"],
    ]
    for row in told:
        assert len({row[code] for code in LANGUAGES}) == 3, row
    assert "112" in settings["always_visible"][1]["sv"]
