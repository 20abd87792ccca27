"""Every kind of object that the portal audits has a name in words, in three languages."""

from __future__ import annotations

import ast

import pytest
from django.apps import apps
from django.utils import translation

from accounts.audit_words import OTHER_KINDS, PAGE, kind_in_words, kinds
from tests.house.source import code, name, tree


def audited() -> dict[str, str]:
    """The literal kinds that the source gives to the audit, and where."""
    found: dict[str, str] = {}
    for path in code():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.keyword) and node.arg == "object_type" and isinstance(node.value, ast.Constant):
                found[str(node.value.value)] = f"{name(path)}:{node.value.lineno}"
    return found


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_audited_kind_has_words(language: str) -> None:
    with translation.override(language):
        nameless = {
            kind: where for kind, where in audited().items() if kind not in kinds() or kind_in_words(kind) == kind_in_words(PAGE)
        }
    assert len(audited()) > 8
    assert not nameless


def test_rows_that_are_audited_by_their_model_have_names_of_their_own() -> None:
    """Django's own name of a model is its class in English: an audited row needs words."""
    own = [model for model in apps.get_models() if model._meta.app_label in {"accounts", "services"}]
    plain = [model._meta.label for model in own if isinstance(model._meta.verbose_name, str)]
    assert not plain


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_the_closed_list_is_translated(language: str) -> None:
    with translation.override("en"):
        english = {kind: str(words) for kind, words in OTHER_KINDS.items()}
    with translation.override(language):
        assert not [kind for kind, words in OTHER_KINDS.items() if str(words) == english[kind]]
