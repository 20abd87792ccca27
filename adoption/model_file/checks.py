"""What must hold inside a version of the model, beyond what each line can tell of itself: before it is taken in, and before it
is published."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from adoption.choices import PartKind, ProofLevel
from adoption.model_file.specs import CLOSED, GateSpec, ItemSpec, ModelFile, PhaseSpec, Problem, RequirementSpec, Texts

WHEN = re.compile(r"(\w+)\.(\w+) = (\w+)")


def problems_of(data: ModelFile, signals: Collection[str]) -> list[Problem]:
    """Names that lead nowhere, names given twice, and proofs that prove less or more than they say."""
    found = [*_phases(data), *_codes(data)]
    codes = {item.code for item in data.all_items()}
    for phase in data.phases:
        for item in phase.items:
            place = f"{phase.key} › {item.code}"
            found += [Problem(place, message) for message in _item(item, data, codes, signals)]
    found += [Problem(gate.key, message) for gate in data.gates for message in _gate(gate, data, codes, signals)]
    return found


def missing_languages(data: ModelFile, languages: Iterable[str]) -> list[Problem]:
    """Texts that lack one of the languages: a bilingual county publishes no version without Swedish."""
    found = []
    for place, texts in _texts(data):
        for language in languages:
            if texts and not texts.get(language, "").strip():
                found.append(Problem(place, _("The text lacks in the language “%(language)s”.") % {"language": language}))
    return found


def _texts(data: ModelFile) -> Iterator[tuple[str, Texts]]:
    yield "model › name", data.name
    yield "model › purpose", data.purpose
    yield from ((f"model › {each.key}", each.text) for each in data.conditions)
    for phase in data.phases:
        for name, texts in (("name", phase.name), ("label", phase.label), ("long_name", phase.long_name), ("goal", phase.goal)):
            yield f"{phase.key} › {name}", texts
        for item in phase.items:
            for name in ("text", "label", "help", "done_evidence", "question"):
                yield f"{phase.key} › {item.code} › {name}", getattr(item, name)
    yield from ((f"{gate.key} › name", gate.name) for gate in data.gates)
    for name, fields in data.forms.items():
        for each in fields["fields"]:
            yield f"forms › {name} › {each['key']}", {code: str(each.get(code) or "") for code in ("fi", "sv", "en")}


def _doubled(names: Iterable[Any]) -> list[str]:
    return sorted(str(name) for name, count in Counter(names).items() if count > 1)


def _phases(data: ModelFile) -> Iterator[Problem]:
    if not data.phases:
        yield Problem("phases", _("There are no phases."))
    for kind, names in (
        ("phases › key", [phase.key for phase in data.phases]),
        ("phases › order", [phase.order for phase in data.phases]),
        ("gates › key", [gate.key for gate in data.gates]),
        ("model › conditions", [each.key for each in data.conditions]),
    ):
        for name in _doubled(names):
            yield Problem(kind, _("“%(name)s” is here twice.") % {"name": name})
    yield from (_empty(phase) for phase in data.phases if not any(not item.is_optional for item in phase.items))


def _empty(phase: PhaseSpec) -> Problem:
    return Problem(phase.key, _("The phase has no items."))


def _codes(data: ModelFile) -> Iterator[Problem]:
    for name in _doubled(item.code for item in data.all_items()):
        yield Problem(name, _("The number is in use twice."))
    for name in _doubled(item.key for item in data.all_items()):
        yield Problem(name, _("The key is in use twice."))
    if circle := _circle({item.code: item.depends_on for item in data.all_items()}):
        yield Problem(circle[0], _("Items wait for each other in a circle: %(codes)s.") % {"codes": " → ".join(circle)})


def _circle(rests_on: Mapping[str, Collection[str]]) -> list[str]:
    """Codes that wait for each other; empty when there are none."""
    done: set[str] = set()

    def follow(code: str, path: list[str]) -> list[str]:
        if code in path:
            return [*path[path.index(code) :], code]
        if code in done:
            return []
        for other in rests_on.get(code, ()):
            if circle := follow(other, [*path, code]):
                return circle
        done.add(code)
        return []

    return next((circle for code in rests_on if (circle := follow(code, []))), [])


def _item(item: ItemSpec, data: ModelFile, codes: set[str], signals: Collection[str]) -> Iterator[str]:
    for code in item.depends_on:
        if code not in codes:
            yield _("There is no item “%(code)s”.") % {"code": code}
    if bool(item.question_key) != bool(item.applies_when) or bool(item.question_key) != bool(item.question):
        yield _("A conditional item needs the key of its question, the question and the answer with which it applies.")
    elif item.applies_when not in ("", "yes", "no"):
        yield _("An item applies when the answer is yes or no.")
    if not item.requires:
        yield _("It asks nothing: give it at least one requirement.")
    for name in _doubled(item.parts()):
        yield _("Two parts have the name “%(name)s”: give one of them another.") % {"name": name}
    for requirement in item.requires:
        yield from _requirement(requirement, data, signals)
    yield from _proof(item, signals)


def _proof(item: ItemSpec, signals: Collection[str]) -> Iterator[str]:
    for name in item.signals:
        if name not in signals:
            yield _("There is no signal “%(name)s”.") % {"name": name}
    parts, covers = set(item.parts()), set(item.covers)
    for name in sorted(covers - parts):
        yield _("A proof covers “%(name)s”, which the item does not ask.") % {"name": name}
    if item.proof_level == ProofLevel.FULL and covers != parts:
        yield _("A full proof covers every part: “%(names)s” lacks.") % {"names": ", ".join(sorted(parts - covers)) or "–"}
    if item.proof_level == ProofLevel.PARTIAL and covers == parts:
        yield _("A partial proof leaves something to a person: this one covers every part.")
    if item.proof_level == ProofLevel.NONE and (covers or item.signals):
        yield _("An item that only a person can prove has no signals and covers nothing.")
    if item.proof_level != ProofLevel.NONE and not item.signals:
        yield _("A proof needs at least one signal.")


def _requirement(requirement: RequirementSpec, data: ModelFile, signals: Collection[str]) -> Iterator[str]:
    needs: Mapping[str, tuple[bool, str]] = {
        PartKind.FORM: (requirement.form in data.forms, _("There is no form “%(name)s”.") % {"name": requirement.form}),
        PartKind.FACT: (requirement.signal in signals, _("There is no signal “%(name)s”.") % {"name": requirement.signal}),
        PartKind.DOCUMENT: (bool(requirement.document), _("A document needs its type.")),
        PartKind.SIGNOFF: (bool(requirement.roles), _("A sign-off needs at least one role.")),
        PartKind.DECISION: (
            bool(requirement.roles and requirement.outcomes),
            _("A decision needs who decides, and which outcomes count."),
        ),
        PartKind.PARTICIPANTS: (requirement.minimum > 0, _("Say how many people at least.")),
    }
    holds, message = needs.get(requirement.kind, (True, ""))
    if not holds:
        yield message
    if requirement.when and not _condition_holds(requirement.when, data.forms):
        yield _("“%(when)s” is no answer of a form: write it as form.field = answer.") % {"when": requirement.when}


def _condition_holds(when: str, forms: Mapping[str, Any]) -> bool:
    match = WHEN.fullmatch(when)
    fields = forms.get(match[1], {}).get("fields", []) if match else []
    return any(match is not None and each["key"] == match[2] and match[3] in each.get("choices", []) for each in fields)


def _gate(gate: GateSpec, data: ModelFile, codes: set[str], signals: Collection[str]) -> Iterator[str]:
    phases = {phase.key for phase in data.phases}
    for key, allowed in ((gate.from_phase, phases), (gate.to_phase, {*phases, CLOSED})):
        if key not in allowed:
            yield _("There is no phase “%(key)s”.") % {"key": key}
    for code in gate.items:
        if code not in codes:
            yield _("There is no item “%(code)s”.") % {"code": code}
    parts = {f"{item.code}/{name}" for item in data.all_items() for name in item.parts()}
    for name in gate.parts:
        if name not in parts:
            yield _("There is no part “%(name)s”.") % {"name": name}
    for name in gate.signals:
        if name not in signals:
            yield _("There is no signal “%(name)s”.") % {"name": name}


__all__ = ["missing_languages", "problems_of"]
