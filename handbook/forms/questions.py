"""The form of a check question: in three languages, with two to four answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from handbook.choices import LANGUAGES
from handbook.forms.chapters import Clash, single_values
from handbook.operations.questions import LINE, MOST_ANSWERS, REASON
from services.forms.pages import PageForm, WordsField, dress
from services.texts import Texts


class QuestionForm(PageForm):
    """`version` is the draft that the writer has seen, empty when there was none yet."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, question: Mapping[str, Any] | None = None, seen: int | None = None, **kwargs: Any) -> None:
        stored = {**(fields_of(question) if question else {}), "version": seen}
        super().__init__(*args, initial=stored, **kwargs)
        words = {"fi": _("in Finnish"), "sv": _("in Swedish"), "en": _("in English")}
        for code in LANGUAGES:
            self.fields[f"text_{code}"] = forms.CharField(
                label=_("Question, %(language)s") % {"language": words[code]}, max_length=LINE, required=code == "fi"
            )
            for n in range(1, MOST_ANSWERS + 1):
                label = _("Answer %(n)s, %(language)s") % {"n": n, "language": words[code]}
                self.fields[f"answer_{n}_{code}"] = forms.CharField(label=label, max_length=LINE, required=code == "fi" and n <= 2)
            self.fields[f"why_{code}"] = WordsField(
                label=_("Why the right answer is right, %(language)s") % {"language": words[code]},
                max_length=REASON,
                required=code == "fi",
            )
        self.fields["right"] = forms.TypedChoiceField(
            label=_("The right answer"),
            choices=[(str(n), _("Answer %(n)s") % {"n": n}) for n in range(1, MOST_ANSWERS + 1)],
            coerce=int,
            widget=forms.RadioSelect,
        )
        for field in self.fields.values():
            dress(field)

    def words(self, name: str) -> Texts:
        """What was written in a field, by language."""
        return {code: self.cleaned_data.get(f"{name}_{code}") or "" for code in LANGUAGES}

    def answers(self) -> list[Texts]:
        """The answers, those without words too."""
        return [self.words(f"answer_{n}") for n in range(1, MOST_ANSWERS + 1)]

    def columns(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields of each language."""
        names = ["text", *(f"answer_{n}" for n in range(1, MOST_ANSWERS + 1)), "why"]
        return [(code, [self[f"{name}_{code}"] for name in names]) for code in LANGUAGES]

    def know(self, version: int | None) -> None:
        """The page now knows the newer one: saving again is the person's own choice."""
        self.data = {**single_values(self.data), "version": "" if version is None else str(version)}

    def clashes(self, question: Mapping[str, Any]) -> list[Clash]:
        """What differs between what she wrote and what is now saved."""
        found = []
        for name, theirs in fields_of(question).items():
            mine = str(self.data.get(name, "")).replace("\r\n", "\n").strip()
            if str(theirs) != mine:
                code = name.rpartition("_")[2]
                found.append(Clash(str(self.fields[name].label), code if code in LANGUAGES else "", str(theirs), mine))
        return found


def fields_of(question: Mapping[str, Any]) -> dict[str, Any]:
    """The question as the fields of the form."""
    found: dict[str, Any] = {"right": next((n for n, each in enumerate(question["answers"], 1) if each["right"]), "")}
    for code in LANGUAGES:
        found[f"text_{code}"] = question["text"].get(code, "")
        found[f"why_{code}"] = question["why"].get(code, "")
        for n, answer in enumerate(question["answers"], 1):
            found[f"answer_{n}_{code}"] = answer["text"].get(code, "")
    return found
