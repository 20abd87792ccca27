"""The form of one node: its words in three languages, and its answers, its way on or its actions, chosen from lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec.structs import replace

from guidance.checks import MOST_OPTIONS
from guidance.choosing import Choices, action_of, value_of
from guidance.document import LANGUAGES, UNSURE, AnyNode, Information, Option, Outcome, PathDocument, Question, Words
from guidance.editing import UNSURE_WORDS, answer_key, empty_node, free_key, with_node
from guidance.forms.paths import DraftForm, line, seen_text, with_present
from handbook.forms.chapters import Clash
from services.forms.pages import WordsField, dress

LETTERS, LABEL = 2000, 200
NEW = {
    "+question": gettext_lazy("New question"),
    "+information": gettext_lazy("New advice to read"),
    "+outcome": gettext_lazy("New outcome"),
}
TEXTS = {"fi": gettext_lazy("Text, in Finnish"), "sv": gettext_lazy("Text, in Swedish"), "en": gettext_lazy("Text, in English")}
PLAIN = {
    "fi": gettext_lazy("In easy language, in Finnish"),
    "sv": gettext_lazy("In easy language, in Swedish"),
    "en": gettext_lazy("In easy language, in English"),
}
LABELS = {"fi": gettext_lazy("In Finnish"), "sv": gettext_lazy("In Swedish"), "en": gettext_lazy("In English")}


class Row:
    """One answer or one action in the form: its head and its fields."""

    def __init__(self, head: str, fields: Sequence[forms.BoundField]) -> None:
        self.head, self.fields = head, fields


class NodeForm(DraftForm):
    """The fields that the kind of the node has; `document_of` gives the document with what was written, and with the new nodes
    that an answer was made to lead to.
    """

    def __init__(self, *args: Any, document: PathDocument, key: str, choices: Choices, **kwargs: Any) -> None:
        self.document, self.key, self.choices = document, key, choices
        self.node: AnyNode = document.nodes[key]
        stored = {f"text_{code}": self.node.text.given(code) for code in LANGUAGES}
        stored |= {f"plain_{code}": self.node.plain.given(code) for code in LANGUAGES}
        fields: dict[str, forms.Field] = {}
        for name, labels in (("text", TEXTS), ("plain", PLAIN)):
            for code in LANGUAGES:
                fields[f"{name}_{code}"] = WordsField(
                    label=labels[code], required=False, max_length=LETTERS, rows=4 if name == "text" else 2, validators=[seen_text]
                )
        match self.node:
            case Question():
                self.slots = self._answers(self.node, fields, stored)
            case Information():
                fields["next"] = self._next(gettext_lazy("Then comes"), self.node.next)
                stored["next"] = self.node.next
            case Outcome():
                self.actions = [self.node.primary, *self.node.also, None, None]
                self._actions(fields, stored)
        super().__init__(*args, **{**kwargs, "initial": {**stored, **(kwargs.get("initial") or {})}})
        self.fields.update(fields)
        for field in self.fields.values():
            dress(field)

    # --- what is asked ---

    def _next(self, label: Any, present: str) -> forms.ChoiceField:
        nodes = [(key, name_of(self.document, key)) for key in self.document.nodes if key != self.key]
        choices: list[Any] = with_present([("", "–"), *nodes], present)
        return forms.ChoiceField(label=label, required=False, choices=[*choices, (_("Make a new one"), list(NEW.items()))])

    def _answers(self, node: Question, fields: dict[str, forms.Field], stored: dict[str, Any]) -> list[Option | None]:
        known = [option for option in node.options if option.key != UNSURE]
        slots: list[Option | None] = [*known, *[None] * max(2, MOST_OPTIONS - len(known))]
        slots = slots[: max(MOST_OPTIONS, len(known) + 1)]
        unsure = node.option(UNSURE)
        for number, option in enumerate([*slots, unsure]):
            name = "unsure" if number == len(slots) else f"answer{number}"
            for code in LANGUAGES:
                fields[f"{name}_{code}"] = line(LABELS[code], most=LABEL)
                stored[f"{name}_{code}"] = option.label.given(code) if option else ""
            fields[f"{name}_next"] = self._next(gettext_lazy("Leads to"), option.next if option else "")
            stored[f"{name}_next"] = option.next if option else ""
            if name != "unsure":
                fields[f"{name}_order"] = forms.IntegerField(
                    label=gettext_lazy("Place in the order"), min_value=1, max_value=99, required=False
                )
                stored[f"{name}_order"] = number + 1
            if option is not None:
                fields[f"{name}_out"] = forms.BooleanField(label=gettext_lazy("Leave this answer out"), required=False)
        fields["always_answerable"] = forms.BooleanField(
            label=gettext_lazy("Everybody knows the answer: “I do not know” is not needed"), required=False
        )
        stored["always_answerable"] = node.always_answerable
        return slots

    def _actions(self, fields: dict[str, forms.Field], stored: dict[str, Any]) -> None:
        for number, action in enumerate(self.actions):
            value = value_of(action) if action else ""
            targets: list[Any] = list(self.choices.targets)
            if action and value not in {each for _head, group in targets for each, _label in group}:
                targets.insert(0, (value, f"{value} ⚠"))
            topics: list[Any] = [("", "–"), *self.choices.topics]
            if action and action.topic and action.topic not in {each for _head, group in self.choices.topics for each, _ in group}:
                topics.insert(1, (action.topic, f"{action.topic} ⚠"))
            fields[f"action{number}"] = forms.ChoiceField(
                label=gettext_lazy("What the person does"),
                choices=targets if number == 0 else [("", "–"), *targets],
                required=number == 0,
            )
            fields[f"action{number}_topic"] = forms.ChoiceField(
                label=gettext_lazy("Topic, told to the professional"), choices=topics, required=False
            )
            stored |= {f"action{number}": value, f"action{number}_topic": action.topic if action else ""}
            if number > 0:
                fields[f"action{number}_writing"] = forms.BooleanField(
                    label=gettext_lazy("For those who cannot call"), required=False
                )
                stored[f"action{number}_writing"] = bool(action and action.when)

    # --- what the page shows ---

    def texts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The words of each language."""
        return [(code, [self[f"text_{code}"], self[f"plain_{code}"]]) for code in LANGUAGES]

    def rows(self) -> Iterator[Row]:
        """The answers or the actions."""
        match self.node:
            case Question():
                for number, option in enumerate(self.slots):
                    head = option.label.within("fi")[0] if option else ""
                    title = _("Answer %(n)s") % {"n": number + 1}
                    yield Row(f"{title}: {head}" if head else title, self._of(f"answer{number}_"))
                yield Row(_("“I do not know”: leads to a human"), self._of("unsure_"))
            case Outcome():
                for number in range(len(self.actions)):
                    head = _("First action") if number == 0 else _("Further action %(n)s") % {"n": number}
                    yield Row(head, [self[f"action{number}"], *self._of(f"action{number}_")])

    def _of(self, start: str) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(start)]

    def clashes(self, theirs: PathDocument) -> list[Clash]:
        """Each field that differs between what she wrote and what is saved now."""
        now = NodeForm(document=theirs, key=self.key, choices=self.choices) if self.key in theirs.nodes else None
        found = []
        for name, field in self.fields.items():
            mine = str(self.data.get(name, "")).replace("\r\n", "\n").strip()
            saved = str(now.initial.get(name, "") if now else "").strip()
            if name != "version" and not isinstance(field, forms.BooleanField | forms.IntegerField) and saved != mine:
                code = name.rpartition("_")[2]
                found.append(Clash(str(field.label), code if code in LANGUAGES else "fi", saved, mine))
        return found

    # --- what was written ---

    def document_of(self, document: PathDocument) -> PathDocument:
        """The document with the node as it was written, and with each new node that something leads to."""
        text, plain = self.words("text"), self.words("plain")
        match self.node:
            case Question():
                options, document = self._options(document)
                always = self.cleaned_data["always_answerable"]
                return with_node(
                    document, self.key, replace(self.node, text=text, plain=plain, options=options, always_answerable=always)
                )
            case Information():
                to, document = _led(document, self.cleaned_data["next"])
                return with_node(document, self.key, replace(self.node, text=text, plain=plain, next=to))
        return with_node(document, self.key, self._outcome(text, plain))

    def _options(self, document: PathDocument) -> tuple[tuple[Option, ...], PathDocument]:
        given, taken = self.cleaned_data, {UNSURE, *(option.key for option in self.slots if option)}
        found: list[tuple[int, Option]] = []
        for number, option in enumerate(self.slots):
            name = f"answer{number}"
            label = self.words(name)
            if given.get(f"{name}_out") or not (option or label != Words() or given[f"{name}_next"]):
                continue
            to, document = _led(document, given[f"{name}_next"])
            key = option.key if option else answer_key(label.within("fi")[0], taken)
            taken.add(key)
            found.append((given[f"{name}_order"] or number + 1, Option(key=key, label=label, next=to)))
        options = [option for _place, option in sorted(found, key=lambda pair: pair[0])]
        label, known = self.words("unsure"), isinstance(self.node, Question) and self.node.option(UNSURE) is not None
        if not given.get("unsure_out") and (known or given["unsure_next"] or label != Words()):
            to, document = _led(document, given["unsure_next"])
            options.append(Option(key=UNSURE, label=label if label != Words() else UNSURE_WORDS, next=to))
        return tuple(options), document

    def _outcome(self, text: Words, plain: Words) -> Outcome:
        chosen = []
        for number, known in enumerate(self.actions):
            if value := self.cleaned_data[f"action{number}"]:
                action = action_of(value, known)
                writing = "cannot_call" if self.cleaned_data.get(f"action{number}_writing") else ""
                chosen.append(replace(action, topic=self.cleaned_data[f"action{number}_topic"], when=writing))
        first, *also = chosen
        fields = {
            name: getattr(first, name) for name in ("kind", "queue", "topic", "form", "link", "contact_point", "path", "service")
        }
        return Outcome(text=text, plain=plain, also=tuple(also), **fields)


def name_of(document: PathDocument, key: str, *, letters: int = 70) -> str:
    """A node as a list names it: its key and how its text begins."""
    words = " ".join(document.nodes[key].text.within("fi")[0].split()) or _("(no text yet)")
    return f"{key} – {words if len(words) <= letters else words[: letters - 1] + '…'}"


def _led(document: PathDocument, chosen: str) -> tuple[str, PathDocument]:
    """Where it leads; a new node is made when one was asked for."""
    if not chosen.startswith("+"):
        return chosen, document
    kind = chosen[1:]
    key = free_key(document, kind)
    return key, with_node(document, key, empty_node(kind))


__all__ = ["NodeForm", "Row", "name_of"]
