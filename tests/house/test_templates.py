"""Every template compiles; pages and assets come from the portal alone, with nothing inline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import engines
from django.template.loader import get_template

from tests.house.source import APPS, ROOT, files, name

UNDER = (*APPS, "templates")
SELF_CLOSING_DATA = {"application/json", "application/ld+json"}
FETCHES = {
    "script": "src",
    "link": "href",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "object": "data",
    "embed": "src",
    "video": "src",
    "audio": "src",
    "use": "href",
    "form": "action",
}
ELSEWHERE = re.compile(r"^\s*(https?:)?//", re.IGNORECASE)


def templates() -> list[Path]:
    """Every template of ours."""
    return [path for path in files(".html", ".txt", ".svg", ".xml", under=UNDER) if "templates" in path.parts]


def template_name(path: Path) -> str:
    """The name under which Django finds it."""
    parts = path.relative_to(ROOT).parts
    return "/".join(parts[parts.index("templates") + 1 :])


def test_there_are_templates() -> None:
    assert len(templates()) > 5


@pytest.mark.parametrize("path", templates(), ids=name)
def test_it_compiles_and_is_the_one_that_is_found(path: Path) -> None:
    template: Any = get_template(template_name(path))
    assert Path(str(template.origin)).resolve() == path.resolve(), "another template of the same name hides it"


def test_an_unknown_variable_is_not_hidden_by_a_marker() -> None:
    django: Any = engines["django"]
    assert django.engine.string_if_invalid == ""


class _Page(HTMLParser):
    """Collects what a strict Content-Security-Policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        place = f"line {self.getpos()[0]}"
        if tag == "script" and "src" not in given and (given.get("type") or "") not in SELF_CLOSING_DATA:
            self.found.append(f"{place}: inline script")
        if tag == "style":
            self.found.append(f"{place}: inline style")
        if "style" in given:
            self.found.append(f"{place}: style attribute on {tag}")
        self.found += [f"{place}: {key} on {tag}" for key in given if re.fullmatch(r"on[a-z]+", key)]
        if (given.get("href") or "").strip().lower().startswith("javascript:"):
            self.found.append(f"{place}: javascript: address")
        fetched = given.get(FETCHES.get(tag, "")) or ""
        if ELSEWHERE.match(fetched):
            self.found.append(f"{place}: {tag} from {fetched}")
        if tag in {"img", "source"} and ELSEWHERE.match(given.get("srcset") or ""):
            self.found.append(f"{place}: srcset from elsewhere")


def without_tags(text: str) -> str:
    """The template as HTML: Django's tags hold quotes that would mislead the parser."""
    text = re.sub(r"{%\s*comment\s*%}.*?{%\s*endcomment\s*%}|{#.*?#}", "", text, flags=re.DOTALL)
    return re.sub(r"{%.*?%}|{{.*?}}", lambda match: "\n" * match.group().count("\n"), text, flags=re.DOTALL)


def refused(text: str) -> list[str]:
    page = _Page()
    page.feed(without_tags(text))
    return page.found


@pytest.mark.parametrize("path", [path for path in templates() if path.suffix == ".html"], ids=name)
def test_no_page_holds_anything_inline_or_fetches_from_elsewhere(path: Path) -> None:
    # A letter is not a page: mail programs know no style sheets.
    if "mail" in path.parts or "email" in path.parts:
        return
    assert not refused(path.read_text())


@pytest.mark.parametrize(
    "text",
    [
        "<script>x()</script>",
        "<style>a{}</style>",
        '<p style="color: red">',
        '<button onclick="x()">',
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//cdn.example/x.css">',
        '<a href="javascript:x()">',
        '<form action="https://elsewhere.example/">',
    ],
)
def test_the_guard_sees_what_is_refused(text: str) -> None:
    assert refused(text)


def test_the_guard_lets_the_rest_through() -> None:
    assert not refused(
        '<a href="https://www.finlex.fi">Finlex</a><script type="module" src="{% static "x.js" %}"></script><svg xmlns="http://www.w3.org/2000/svg">'
    )


def elsewhere(path: Path) -> Iterator[str]:
    """Addresses in a style sheet or script from which something would be fetched."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    if path.suffix == ".css":
        yield from re.findall(r"(?:url\(\s*[\"']?|@import\s+[\"'])((?:https?:)?//[^\"')]+)", text)
    else:
        text = re.sub(r"(?m)^\s*//.*$", "", text)
        yield from re.findall(r"[\"'`]((?:https?|wss?)://[^\"'`]*)", text)


@pytest.mark.parametrize("path", sorted(files(".css", ".js")), ids=name)
def test_no_style_or_script_names_another_host(path: Path) -> None:
    allowed = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml"}
    assert not [
        found
        for found in elsewhere(path)
        if found not in allowed and not found.startswith(("https://${", "http://${", "wss://${", "ws://${"))
    ]


@pytest.mark.parametrize("path", sorted(files(".js")), ids=name)
def test_scripts_write_text_never_markup(path: Path) -> None:
    text = re.sub(r"(?m)^\s*//.*$|/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    assert not re.findall(r"\.(?:innerHTML|outerHTML)\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function\(", text)


def test_the_policy_allows_the_portal_only() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    for directive, sources in directives.items():
        assert set(sources) <= {"'self'", "'none'", "data:"}, directive
        assert "data:" not in sources or directive == "img-src"
    assert directives["default-src"] == ["'none'"]
    assert "'self'" in directives["script-src"]
