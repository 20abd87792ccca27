"""The model's file: what the portal ships, read strictly, written so that reading gives the same; every broken place is named."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from adoption import choices
from adoption.model_file import differences, read_model, read_requirements, shipped_model, shipped_signals, write_model
from adoption.model_file.reading import SHIPPED
from tests.adoption.seed import ITEMS, PHASES, plain

RAW: dict[str, Any] = yaml.safe_load(SHIPPED.read_text())
APPS = {"accounts", "services", "handbook", "chat", "guidance", "reports", "adoption"}


# --- what is shipped ---


def test_it_has_4_phases_and_24_items() -> None:
    model = shipped_model()
    assert [phase.key for phase in model.phases] == ["selvitys", "maarittely", "toteutus", "paattaminen"]
    assert [sum(not item.is_optional for item in phase.items) for phase in model.phases] == [6, 7, 7, 4]
    assert [item.code for item in model.items()] == [
        f"{phase}.{n}" for phase, most in enumerate((6, 7, 7, 4), 1) for n in range(1, most + 1)
    ]
    assert sorted(item.code for item in model.items(optional=True)) == [f"X{n}" for n in range(1, 10)]


def test_one_item_and_one_requirement_are_conditional() -> None:
    items = list(shipped_model().all_items())
    assert [(item.code, item.question_key, item.applies_when) for item in items if item.question_key] == [
        ("1.6", "new_technology", "yes")
    ]
    conditional = [(item.code, each.document, each.when) for item in items for each in item.requires if each.when]
    assert conditional == [("1.5", "assignment_agreement", "cost_estimate.agreement_needed = yes")]


def test_its_texts_are_those_of_the_model_that_it_follows() -> None:
    model = shipped_model()
    assert [plain(item.text["fi"]) for item in model.items()] == [plain(each) for each in ITEMS]
    assert [plain(phase.name["fi"]) for phase in model.phases] == list(PHASES)


def test_every_text_stands_in_three_languages() -> None:
    model = shipped_model()
    for item in model.all_items():
        assert set(item.text) == {"fi", "sv", "en"}, item.code
    for item in model.items():
        assert set(item.help) == set(item.done_evidence) == {"fi", "sv", "en"}, item.code
    for row in (*model.phases, *model.gates):
        assert set(row.name) == {"fi", "sv", "en"}, row.key


def test_a_full_proof_covers_all_parts_a_partial_one_fewer_and_none_nothing() -> None:
    levels = set()
    for item in shipped_model().all_items():
        parts, covers = set(item.parts()), set(item.covers)
        levels.add(item.proof_level)
        assert covers <= parts, item.code
        assert len(item.parts()) == len(parts) > 0, item.code
        if item.proof_level == "full":
            assert covers == parts, item.code
        elif item.proof_level == "partial":
            assert covers < parts, item.code
        else:
            assert not covers, item.code
            assert not item.signals, item.code
    assert levels == {"full", "partial", "none"}


def test_every_signal_exists_and_has_an_owner() -> None:
    signals, model = shipped_signals(), shipped_model()
    named = {name for item in model.all_items() for name in item.signals}
    named |= {each.signal for item in model.all_items() for each in item.requires if each.signal}
    named |= {name for gate in model.gates for name in gate.signals}
    assert named == set(signals), "each is named, and each is used"
    assert {each.owner for each in signals.values()} <= APPS
    assert all(each.rule for each in signals.values())


def test_gates_say_their_rule_for_the_program() -> None:
    gates = {gate.key: gate for gate in shipped_model().gates}
    assert {key: (gate.from_phase, gate.to_phase, gate.hard, gate.writes_permit) for key, gate in gates.items()} == {
        "G1": ("selvitys", "maarittely", True, True),
        "G2": ("maarittely", "toteutus", False, False),
        "G3": ("toteutus", "paattaminen", False, False),
        "G4": ("paattaminen", "closed", True, False),
    }
    for key, gate in gates.items():
        told = set(re.findall(r"\b\d\.\d\b", gate.rule))
        named = {*gate.items, *(name.split("/")[0] for name in gate.parts)}
        named |= {"3.7"} if key == "G3" else set()  # told by its signal
        assert told - {"4.2", "4.4"} == named, key


@pytest.mark.parametrize(
    ("section", "closed_list"),
    [("roles", choices.MemberRole), ("item_states", choices.ItemState)],
)
def test_roles_and_states_are_those_of_the_program(section: str, closed_list: Any) -> None:
    assert [row["code"] for row in RAW[section]] == closed_list.values


def test_kinds_levels_and_outcomes_are_those_of_the_program() -> None:
    assert list(RAW["requirement_kinds"]) == choices.PartKind.values
    assert list(RAW["proof_levels"]) == choices.ProofLevel.values
    outcomes = re.search(r"approved\S+postponed", RAW["requirement_kinds"]["decision"])
    assert outcomes
    assert outcomes.group().strip(",").split("|") == choices.Outcome.values


# --- reading and writing ---


def test_what_is_written_is_read_back_equal() -> None:
    model = shipped_model()
    again = read_model(write_model(model))
    assert again.problems == []
    assert again.data == model
    assert write_model(again.data) == write_model(model)
    assert differences(model, again.data) == []


def test_an_order_of_ones_own_survives() -> None:
    raw = copy.deepcopy(RAW)
    raw["phases"][0]["items"][0]["order"] = 65  # last
    raw["phases"].reverse()
    raw["extensions"][0]["order"] = 5
    model = read_model(yaml.safe_dump(raw)).data
    assert model is not None
    assert [item.code for item in model.phases[0].items] == ["1.2", "1.3", "1.4", "1.5", "1.6", "1.1", "X1"]
    assert read_model(write_model(model)).data == model


def test_differences_name_the_place() -> None:
    raw = copy.deepcopy(RAW)
    raw["phases"][1]["items"][2]["help"]["sv"] = "Ny hjälp"
    raw["phases"][1]["items"][2]["requires"].pop()
    raw["phases"][1]["items"][2]["auto_proof"]["covers"].pop()
    raw["forms"]["handover"]["fields"].pop()
    changed = read_model(yaml.safe_dump(raw))
    assert changed.problems == []
    assert [place for place, _was, _becomes in differences(shipped_model(), changed.data)] == [
        "maarittely › 2.3 › help › sv",
        "maarittely › 2.3 › covers",
        "maarittely › 2.3 › requires",
        "forms › handover",
        "forms › handover › rooting_until",
    ]


def test_requirements_of_a_cell_are_read_like_those_of_the_file() -> None:
    found, problems = read_requirements("{kind: form, form: handover}\n\n{kind: signoff, roles: [manager]}")
    assert problems == []
    assert [(each.kind, each.part_names(), each.order) for each in found] == [
        ("form", ["form:handover"], 1),
        ("signoff", ["signoff:manager"], 2),
    ]
    _found, problems = read_requirements("{kind: signature}")
    assert "signature" in problems[0].message


# --- broken files ---

Change = Callable[[dict[str, Any]], Any]


def item(raw: dict[str, Any], code: str) -> dict[str, Any]:
    return next(each for phase in raw["phases"] for each in phase["items"] if each["code"] == code)


def put(which: str, /, **values: Any) -> Change:
    return lambda raw: item(raw, which).update(values)


def drop(code: str, key: str) -> Change:
    return lambda raw: item(raw, code).pop(key)


def proof(code: str, **values: Any) -> Change:
    return lambda raw: item(raw, code)["auto_proof"].update(values)


BROKEN: dict[str, tuple[Change, str, str]] = {
    "no Finnish text": (drop("1.1", "fi"), "selvitys › 1.1 › fi", "täyttää"),
    "text is a number": (put("1.1", fi=112), "selvitys › 1.1 › fi", "112"),
    "code without quotes": (put("1.1", code=1.1), "selvitys › 1.1 › code", "lainausmerk"),
    "code twice": (put("1.2", code="1.1", depends_on=[]), "1.1", "kahdesti"),
    "key twice": (put("1.2", key="need_identified"), "need_identified", "kahdesti"),
    "key with a space": (put("1.2", key="the key"), "selvitys › 1.2 › key", "a–z"),
    "unknown name": (put("1.3", hlep={"fi": "x"}), "selvitys › 1.3", "hlep"),
    "unknown role": (put("1.3", responsible="boss"), "selvitys › 1.3 › responsible", "boss"),
    "unknown role among those that take part": (put("1.3", involved=["boss"]), "selvitys › 1.3 › involved", "boss"),
    "a word where a list is expected": (put("1.3", involved="manager"), "selvitys › 1.3 › involved", "luettelo"),
    "rests on nothing": (put("1.3", depends_on=["9.9"]), "selvitys › 1.3", "9.9"),
    "rests on itself in a circle": (put("1.1", depends_on=["1.2"]), "1.1", "1.1 → 1.2 → 1.1"),
    "unknown kind": (put("1.3", requires=[{"kind": "selfie"}]), "selvitys › 1.3 › requires 1 › kind", "selfie"),
    "asks nothing": (put("2.1", requires=[]), "maarittely › 2.1", "vaatimus"),
    "unknown form": (put("2.5", requires=[{"kind": "form", "form": "fomr"}]), "maarittely › 2.5", "fomr"),
    "decision without outcomes": (
        put("1.4", requires=[{"kind": "decision", "decided_by": "manager"}]),
        "selvitys › 1.4",
        "Päätös",
    ),
    "unknown outcome": (
        put("1.4", requires=[{"kind": "decision", "decided_by": "manager", "outcomes_accepted": ["maybe"]}]),
        "selvitys › 1.4 › requires 1 › outcomes_accepted",
        "maybe",
    ),
    "sign-off by nobody": (put("3.5", requires=[{"kind": "signoff"}]), "toteutus › 3.5", "Kuittaus"),
    "a number that is none": (
        put("2.2", requires=[{"kind": "participants", "min": "three"}]),
        "maarittely › 2.2 › requires 1 › min",
        "three",
    ),
    "two parts of one name": (put("2.1", requires=[{"kind": "evidence"}, {"kind": "evidence"}]), "maarittely › 2.1", "evidence"),
    "a condition on no form": (
        lambda raw: item(raw, "1.5")["requires"][1].update(when="cost_estimate.agreement = yes"),
        "selvitys › 1.5",
        "cost_estimate.agreement",
    ),
    "unknown signal": (proof("2.2", signals=["team_is_happy"]), "maarittely › 2.2", "team_is_happy"),
    "covers what is not asked": (proof("2.2", covers=["evidence"]), "maarittely › 2.2", "evidence"),
    "full but not all": (proof("2.7", covers=["training_plan"]), "maarittely › 2.7", "training_done"),
    "partial but all": (proof("2.2", level="partial"), "maarittely › 2.2", "Osittainen"),
    "none but proves": (proof("2.2", level="none"), "maarittely › 2.2", "signaal"),
    "unknown level": (proof("2.2", level="half"), "maarittely › 2.2 › auto_proof › level", "half"),
    "comes back never": (put("4.2", recurrence={"every": "year"}), "paattaminen › 4.2 › recurrence › every", "year"),
    "due on another day": (
        put("4.2", recurrence={"every": "month", "due": "on Friday"}),
        "paattaminen › 4.2 › recurrence › due",
        "on Friday",
    ),
    "question without an answer": (
        lambda raw: item(raw, "1.6")["conditional"].pop("applies_when"),
        "selvitys › 1.6 › conditional › applies_when",
        "täyttää",
    ),
    "yes without quotes": (
        lambda raw: item(raw, "1.6")["conditional"].update(applies_when=True),
        "selvitys › 1.6 › conditional › applies_when",
        "lainausmerk",
    ),
    "gate to nowhere": (lambda raw: raw["gates"][0].update(to="loppu"), "G1", "loppu"),
    "gate of no item": (lambda raw: raw["gates"][0].update(items=["1.9"]), "G1", "1.9"),
    "gate of no part": (lambda raw: raw["gates"][1].update(parts=["2.7/plan"]), "G2", "2.7/plan"),
    "gate that is perhaps hard": (lambda raw: raw["gates"][0].update(hard="perhaps"), "G1 › hard", "perhaps"),
    "gate that writes something": (lambda raw: raw["gates"][0].update(writes="cheque"), "G1 › writes", "cheque"),
    "phase key twice": (
        lambda raw: (raw.pop("extensions"), raw["phases"][1].update(key="selvitys")),
        "phases › key",
        "selvitys",
    ),
    "phase order twice": (lambda raw: raw["phases"][1].update(order=1), "phases › order", "1"),
    "phase without items": (lambda raw: raw["phases"][3].update(items=[]), "paattaminen", "tehtäv"),
    "name too long": (lambda raw: raw["phases"][0]["name"].update(fi="x" * 121), "selvitys › name › fi", "120"),
    "signs that cannot be seen": (put("1.1", fi="Tarve\u202e"), "selvitys › 1.1 › fi", "merkkejä"),
    "optional item of no phase": (lambda raw: raw["extensions"][0].update(phase="alku"), "X1 › phase", "alku"),
    "field of a form without a key": (
        lambda raw: raw["forms"]["handover"]["fields"][0].pop("key"),
        "forms › handover › fields 1 › key",
        "täyttää",
    ),
    "field of a form twice": (
        lambda raw: raw["forms"]["handover"]["fields"].append(raw["forms"]["handover"]["fields"][0].copy()),
        "forms › handover",
        "date",
    ),
    "form without fields": (lambda raw: raw["forms"]["handover"].update(fields=[]), "forms › handover › fields", "täyttää"),
    "unknown section": (lambda raw: raw.update(phasis=[]), "", "phasis"),
    "no model": (lambda raw: raw.pop("model"), "model", "odotetaan"),
    "no phases": (lambda raw: raw.update(phases=[], extensions=[], gates=[]), "phases", "vaihe"),
}


@pytest.mark.parametrize(("change", "place", "word"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_place_is_named(change: Change, place: str, word: str) -> None:
    raw = copy.deepcopy(RAW)
    change(raw)
    reading = read_model(yaml.safe_dump(raw, allow_unicode=True))
    assert reading.data is None
    assert any(each.place == place and word in each.message for each in reading.problems), reading.problems


def test_all_that_is_wrong_is_told_at_once_with_its_line() -> None:
    text = SHIPPED.read_text().replace("responsible: ict", "responsible: robot").replace("kind: fact", "kind: fiction", 1)
    reading = read_model(text)
    told = {each.place: each.line for each in reading.problems}
    assert set(told) == {"selvitys › 1.6 › responsible", "toteutus › 3.6 › requires 1 › kind"}
    lines = text.splitlines()
    assert '"1.6"' in lines[told["selvitys › 1.6 › responsible"] - 1]
    assert "fiction" in lines[told["toteutus › 3.6 › requires 1 › kind"] - 1]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "tyhjä"),
        (b"\xff\xfe", "UTF-8"),
        (b"a: [", "YAML"),
        (b"- 1\n- 2\n", "odotetaan"),
        (b"just words", "odotetaan"),
        (b"a: &x [1]\nb: *x\n", "viittaus"),
        (b"[" * 50 + b"]" * 50, "sisäkkäin"),
        (b"model: !!python/object/apply:os.system [x]", "YAML"),
        (b"model: {key: a, key: b}", "kahdesti"),
        (b"model: 2026-99-99", "ei ole tekstiä"),
        (b"model: !!timestamp x", "lainausmerk"),
        (b"x" * 1_000_001, "megatav"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(content: bytes, word: str) -> None:
    reading = read_model(content)
    assert reading.data is None
    assert any(word in each.message for each in reading.problems), reading.problems


@pytest.mark.parametrize(
    ("content", "line", "place", "finnish", "swedish", "english"),
    [
        ("a:\n\tb: 1", 2, "b: 1", "sarkain", "tabulator", "tabulator"),
        ("a: 1\nb: c: d", 2, "b: c: d", "kaksoispiste", "kolon", "colon"),
        ("a:\n- x\nb", 3, "b", "kaksoispiste", "kolon", "colon"),
        ("a: 'x\n\nb: 3\n", 1, "a: 'x", "lainausmerkki", "citattecken", "quotation mark"),
        ("a: [1, 2\nb: 3\n", 2, "b: 3", "”]”", "”]”", "“]”"),
        ("a: {b: 1\n", 2, "a: {b: 1", "”}”", "”}”", "“}”"),
        ("a: }", 1, "a: }", "arvo", "värde", "value"),
        ("a:\n  - b\n c: 1", 3, "c: 1", "sisennys", "indraget", "indentation"),
        ("- a\nb: 1", 2, "b: 1", "sisennys", "indraget", "indentation"),
        ('a: "\\q"', 1, 'a: "\\q"', "kenoviiva", "snedstreck", "backslash"),
        ("a: @x", 1, "a: @x", "merkillä", "tecknet", "sign"),
        ("a: 1\n---\nb: 1", 2, "---", "yksi", "ett", "one"),
        ("a: \x01", 0, "", "merkkejä", "tecken", "signs"),
        ("%X\na: 1", 2, "a: 1", "sisennys", "indrag", "indentation"),
        ("<<: 3", 1, "<<: 3", "sisennys", "indrag", "indentation"),
    ],
)
def test_what_is_no_yaml_is_told_in_the_language_of_the_person_with_its_line(
    content: str, line: int, place: str, finnish: str, swedish: str, english: str
) -> None:
    for language, word in (("fi", finnish), ("sv", swedish), ("en", english)):
        with translation.override(language):
            (problem,) = read_model(content).problems
        assert (problem.line, problem.place) == (line, place)
        assert word in problem.message
        if language != "en":
            assert not re.search(r"\b(expected|found|could|not|while|the)\b", problem.message), problem.message


@given(st.integers(0, 4000), st.sampled_from(list("\t:[]{}'\"@!&*%|>-#,?\\\x00")))
def test_a_sign_anywhere_in_the_file_never_breaks_the_reader(at: int, sign: str) -> None:
    """A slip of the keyboard: the file is read, or told what is wrong, never an error of the program."""
    text = SHIPPED.read_text()[:4000]
    with translation.override("fi"):
        for problem in read_model(text[:at] + sign + text[at:]).problems:
            assert not re.search(r"\b(expected|found|could not|while)\b", problem.message), problem.message
