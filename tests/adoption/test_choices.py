"""Roles and states are said in the model's own words, in every language."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from django.utils import translation

from adoption import choices
from adoption.model_file.reading import SHIPPED

RAW: dict[str, Any] = yaml.safe_load(SHIPPED.read_text())


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize(("section", "closed_list"), [("roles", choices.MemberRole), ("item_states", choices.ItemState)])
def test_roles_and_states_are_said_as_the_model_says(section: str, closed_list: Any, language: str) -> None:
    with translation.override(language):
        said = {value: str(label) for value, label in closed_list.choices}
    assert said == {row["code"]: row[language] for row in RAW[section]}
