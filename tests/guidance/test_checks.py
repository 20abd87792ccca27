"""The validity rules: each is broken once and found at its place; random graphs never trip the engine or hide a dead end."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.checks import Surroundings, blocking, findings
from guidance.document import DocumentError, Outcome, as_mapping, from_json, read_path, to_json
from guidance.graph import longest_route, reached, with_exit
from guidance.operations.content import starter_paths
from guidance.preface import Stretch, preface
from guidance.route import MOST_ANSWERS, follow
from tests.guidance.making import in_all, small

AROUND = Surroundings(
    languages=("fi", "sv"),
    contact_points={"asiakasohjaus": True, "tyhja": False, "paivystysapu_116117": True},
    links={"ohje": True, "kielletty": False},
    topics={"yleinen": frozenset({"neuvonta"})},
    services=frozenset({"ikaantyneet"}),
    paths=frozenset({"kuume", "toinen"}),
    published=frozenset({"kuume"}),
)


def codes(raw: dict[str, Any], around: Surroundings = AROUND, *, all_of_them: bool = False) -> set[tuple[str, str]]:
    found = findings(read_path(raw), around)
    return {(one.code, one.place) for one in (found if all_of_them else blocking(found))}


def changed(change: Any) -> dict[str, Any]:
    raw = deepcopy(small())
    change(raw, raw["nodes"])
    return raw


def test_the_small_path_is_right() -> None:
    assert findings(read_path(small()), AROUND) == []


def option(key: str, to: str) -> dict[str, Any]:
    return {"key": key, "label": in_all(key), "next": to}


BREAKS: list[tuple[str, str, Any]] = [
    ("start", "", lambda raw, nodes: raw.update(start="q9")),
    ("missing_target", "q2.lyhyt", lambda raw, nodes: nodes["q2"]["options"][0].update(next="o_9")),
    ("unreachable", "o_extra", lambda raw, nodes: nodes.update(o_extra={**nodes["o_self"]})),
    ("dead_end", "q2", lambda raw, nodes: nodes["q2"].update(options=[])),
    ("no_exit", "i1", lambda raw, nodes: (nodes["i1"].update(next="i2"), nodes.update(i2={**nodes["i1"], "next": "i1"}))),
    ("emergency_check", "q1", lambda raw, nodes: nodes["q1"]["options"][0].update(next="i1")),
    ("options", "q2", lambda raw, nodes: nodes["q2"]["options"].pop(0)),
    ("options", "q2", lambda raw, nodes: nodes["q2"].update(options=[option(f"a{n}", "o_self") for n in range(7)])),
    ("same_key", "q2", lambda raw, nodes: nodes["q2"]["options"][0].update(key="pitka")),
    ("same_label", "q2", lambda raw, nodes: nodes["q2"]["options"][0].update(label=in_all("pitkään"))),
    ("no_unsure", "q2", lambda raw, nodes: nodes["q2"]["options"].pop()),
    ("unsure_not_last", "q2", lambda raw, nodes: nodes["q2"]["options"].reverse()),
    ("unsure_not_human", "q2.en_tieda", lambda raw, nodes: nodes["q2"]["options"][2].update(next="o_self")),
    ("beside_112", "o_112", lambda raw, nodes: nodes["o_112"].update(also=[{"kind": "chat_handover", "queue": "yleinen"}])),
    ("cannot_call", "o_call", lambda raw, nodes: nodes["o_call"].update(also=[])),
    ("language_fi", "q2", lambda raw, nodes: nodes["q2"]["text"].pop("fi")),
    ("language_sv", "q2.lyhyt", lambda raw, nodes: nodes["q2"]["options"][0]["label"].pop("sv")),
    ("too_long", "o_self", lambda raw, nodes: nodes["o_self"]["text"].update(fi="a" * 501)),
    ("typed_number", "o_self", lambda raw, nodes: nodes["o_self"]["text"].update(fi="Soita 044 123 4567.")),
    ("typed_number", "o_self", lambda raw, nodes: nodes["o_self"]["text"].update(sv="Ring 116117.")),
    ("placeholder", "o_self", lambda raw, nodes: nodes["o_self"]["text"].update(fi="Katso {{link:ohje}}.")),
    ("contact_unknown", "o_call", lambda raw, nodes: nodes["o_call"].update(contact_point="ei_ole")),
    ("contact_without_number", "o_call", lambda raw, nodes: nodes["o_call"]["text"].update(fi="Soita {{phone:tyhja}}.")),
    ("link_unknown", "o_self", lambda raw, nodes: nodes["o_self"]["also"][0].update(link="ei_ole")),
    ("link_not_allowed", "o_self", lambda raw, nodes: nodes["o_self"]["also"][0].update(link="kielletty")),
    ("queue_unknown", "o_chat", lambda raw, nodes: nodes["o_chat"].update(queue="ei_ole")),
    ("service_unknown", "o_self", lambda raw, nodes: nodes["o_self"].update(also=[{"kind": "service_link", "service": "x"}])),
    ("path_unknown", "o_self", lambda raw, nodes: nodes["o_self"].update(also=[{"kind": "path_link", "path": "ei-ole"}])),
    ("action_incomplete", "o_self", lambda raw, nodes: nodes["o_self"].update(also=[{"kind": "service_link"}])),
    ("walk", "walk 1", lambda raw, nodes: raw["walks"][0].update(outcome="o_112")),
    ("walk_labels", "walk 1", lambda raw, nodes: raw["walks"][0].update(labels=["Ei", "", "Toisin"])),
]


@pytest.mark.parametrize(("code", "place", "change"), BREAKS, ids=[f"{code}-{n}" for n, (code, *_) in enumerate(BREAKS)])
def test_what_is_wrong_is_found_at_its_place(code: str, place: str, change: Any) -> None:
    raw = changed(change)
    assert (code, place) in codes(raw)
    assert all(one.what and one.mend for one in findings(read_path(raw), AROUND))


@pytest.mark.parametrize(
    ("code", "change", "around"),
    [
        ("language_en", lambda raw, nodes: nodes["q2"]["text"].pop("en"), AROUND),
        ("topic_unknown", lambda raw, nodes: nodes["o_chat"].update(topic="ei_ole"), AROUND),
        ("queue_shared", lambda raw, nodes: None, replace(AROUND, shared={"yleinen": "Ikääntyneiden chat"})),
        ("long_sentence", lambda raw, nodes: nodes["q2"]["text"].update(sv="ord " * 26 + "?"), AROUND),
        ("late_review", lambda raw, nodes: None, replace(AROUND, is_late=True)),
        ("link_broken", lambda raw, nodes: None, replace(AROUND, broken_links=frozenset({"ohje"}))),
        (
            "path_not_published",
            lambda raw, nodes: nodes["o_self"].update(also=[{"kind": "path_link", "path": "toinen"}]),
            AROUND,
        ),
    ],
)
def test_some_things_are_told_and_do_not_block(code: str, change: Any, around: Surroundings) -> None:
    raw = changed(change)
    assert codes(raw, around) == set()
    assert code in {one for one, _place in codes(raw, around, all_of_them=True)}


def long_path(questions: int) -> dict[str, Any]:
    nodes: dict[str, Any] = {
        f"q{n}": {
            "type": "question",
            "text": in_all(f"Kysymys {n}?"),
            "always_answerable": True,
            "options": [option("a", f"q{n + 1}" if n < questions else "o"), option("b", "o"), option("taas", "q1")],
        }
        for n in range(1, questions + 1)
    }
    nodes["o"] = {"type": "outcome", "kind": "self_care", "text": in_all("Valmis.")}
    return {"slug": "pitka", "title": in_all("Pitkä"), "start": "q1", "nodes": nodes}


def test_a_route_has_at_most_eight_questions_and_may_return() -> None:
    assert codes(long_path(8)) == set()
    assert codes(long_path(9)) == {("too_long_route", "")}


def test_a_graph_with_too_many_ways_is_refused_and_not_counted_for_ever() -> None:
    keys = [f"q{n}" for n in range(40)]
    nodes: dict[str, Any] = {
        key: {
            "type": "information" if number % 5 else "question",
            "text": in_all(key),
            **({"next": keys[(number + 1) % 40]} if number % 5 else {"options": [option(to, to) for to in keys[:30]]}),
        }
        for number, key in enumerate(keys)
    }
    document = read_path({"slug": "sotku", "title": in_all("Sotku"), "start": "q0", "nodes": nodes})
    assert longest_route(document, most=8) in (None, 9)


# --- reading and writing ---


@pytest.mark.parametrize("document", starter_paths(), ids=lambda document: document.slug)
def test_a_document_goes_out_and_in_without_loss(document: Any) -> None:
    assert read_path(as_mapping(document)) == document
    back = from_json(to_json(document))
    assert back == document
    assert list(back.nodes) == list(document.nodes), "the author's order"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda raw, nodes: nodes["q1"]["options"][0].update(nxt="q2"), "nodes.q1.options[0]"),
        (lambda raw, nodes: nodes["q1"]["text"].update(de="Not?"), "nodes.q1.text"),
        (lambda raw, nodes: nodes["q1"].update(type="riddle"), "nodes.q1.type"),
        (lambda raw, nodes: nodes["o_chat"].update(kind="pigeon"), "nodes.o_chat.kind"),
        (lambda raw, nodes: raw.update(owner="Outi"), ""),
        (lambda raw, nodes: raw.update(slug="Ei näin"), "slug"),
        (lambda raw, nodes: raw.update(walks=[{"answers": []}]), "walks[0]"),
    ],
)
def test_an_unknown_key_or_shape_is_refused_with_its_place(change: Any, place: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read_path(changed(change))
    assert refused.value.place == place


# --- any graph at all ---

KEYS = st.sampled_from([f"n{number}" for number in range(8)])
ANSWERS = st.sampled_from(["a", "b", "c", "d", "en_tieda"])
QUESTIONS = st.builds(
    lambda pairs: {
        "type": "question",
        "text": in_all("?"),
        "options": [{"key": key, "label": in_all(key), "next": to} for key, to in pairs],
    },
    st.lists(st.tuples(ANSWERS, KEYS), max_size=5),
)
INFORMATION = st.builds(lambda to: {"type": "information", "text": in_all("!"), "next": to}, KEYS)
OUTCOMES = st.sampled_from(["self_care", "call_112", "phone", "chat_handover", "path_link"]).map(
    lambda kind: {"type": "outcome", "kind": kind, "text": in_all(".")}
)
GRAPHS = st.dictionaries(KEYS, st.one_of(QUESTIONS, INFORMATION, OUTCOMES), min_size=1, max_size=8)


@given(nodes=GRAPHS, start=KEYS, trail=st.lists(ANSWERS | st.just("jatka"), max_size=70), health=st.booleans())
def test_no_graph_trips_the_engine_or_hides_a_dead_end(nodes: dict[str, Any], start: str, trail: list[str], health: bool) -> None:
    document = read_path({"slug": "x", "title": in_all("X"), "start": start, "nodes": nodes, "health": health})
    found = findings(document, Surroundings())
    route = follow(document, trail)
    if route is not None:
        assert route.answers == tuple(trail)
        assert len(trail) <= MOST_ANSWERS
        preface([Stretch("x", "v1", document, route)], "fi", name="Apuri")
    graph = {"start", "missing_target", "dead_end", "no_exit"}
    if any(one.code in graph for one in found):
        return
    there = reached(document)
    assert there <= with_exit(document)
    for key in there:  # from wherever she is, some answers lead to an outcome
        at, steps = key, 0
        seen: set[str] = set()
        open_ = [at]
        while open_ and not isinstance(document.nodes[open_[0]], Outcome):
            steps += 1
            here = open_.pop(0)
            seen.add(here)
            open_ += [to for _answer, to in document.nodes[here].ways() if to not in seen]
        assert open_, f"stuck at {key}"
