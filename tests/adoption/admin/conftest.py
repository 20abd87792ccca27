"""The admin's pages of a rollout: their addresses, and what a browser sends back of the page of one."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import translation

from adoption.models import Rollout, RolloutItem


def shapes(queries: Any) -> Counter[str]:
    """What was asked, without its values: a difference names the query that grows."""
    return Counter(re.sub(r"\(\s*[\d, ]+\)|'[^']*'|\"_django_curs_\w+\"|\b\d+\b", "?", query["sql"]) for query in queries)


def url(page: str, *args: Any, language: str = "fi") -> str:
    with translation.override(language):
        return reverse(f"admin:adoption_rollout_{page}", args=args)


def own(page: str, *args: Any) -> str:
    with translation.override("fi"):
        return reverse(f"adoption:{page}", args=args)


def change(rollout: Rollout, **more: Any) -> str:
    return url("change", rollout.pk, **more)


def values_of(response: Any) -> dict[str, Any]:
    """What a browser would send of the rollout's page when nobody touches anything, hidden starting values among them."""
    values: dict[str, Any] = {}
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            sent = [str(getattr(each, "pk", each)) for each in value] if isinstance(value, list | tuple) else value
            if isinstance(value, bool):
                sent = "on" if value else None
            if sent is None and bound.field.widget.__class__.__name__ == "CheckboxSelectMultiple":
                continue  # no box is ticked: nothing is sent
            values[bound.html_name] = "" if sent is None else sent
            if bound.field.show_hidden_initial:
                values[bound.html_initial_name] = values[bound.html_name]
            if sent is None and isinstance(value, bool):
                del values[bound.html_name]
    for name in ("tags", "links"):
        if isinstance(values.get(name), list):
            values[name] = "\n".join(values[name])
    return values


def row_of(response: Any, item: RolloutItem) -> str:
    """The prefix of the item's row on the page."""
    for inline in response.context["inline_admin_formsets"]:
        for form in inline.formset.forms:
            if form.instance == item:
                return str(form.prefix)
    raise AssertionError(f"{item} is not on the page")


def tick(client: Client, rollout: Rollout, item: RolloutItem, to: str = "", page: Any = None, **row: str) -> Any:
    """Takes a step of an item on the rollout's page; `page` is what the person saw, when that was earlier."""
    page = page or client.get(change(rollout))
    prefix = row_of(page, item)
    values = values_of(page) | {f"{prefix}-to": to} | {f"{prefix}-{name}": value for name, value in row.items()}
    return client.post(change(rollout), values)
