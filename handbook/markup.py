"""Markdown to HTML: the one place. What people write is never HTML, and what comes out is cleaned once more by an allow-list.

Links may name a service (`palvelu:KEY`), a contact point (`yhteyspiste:KEY`), a chapter (`luku:KEY`), a guidance path (`polku:KEY`)
or a picture (`kuva:ID`), and texts a number ({{phone:KEY}}): they are looked up when the text is shown, so each is kept in
one place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import unquote

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

PHONE = re.compile(r"\{\{phone:([a-z0-9_-]{1,50})\}\}")
OWN = {"palvelu": "service", "yhteyspiste": "contact", "luku": "chapter", "polku": "path"}
OUTSIDE = re.compile(r"(https?|mailto|tel):", re.IGNORECASE)
SCHEME = re.compile(r"([a-zåäö][a-z0-9+.-]*):(.*)", re.IGNORECASE | re.DOTALL)
PICTURE, PICTURES = "kuva", "picture"
REPLY = re.compile(r"/[a-z0-9åäö][a-z0-9åäö_-]{0,29}")
INSIDE = re.compile(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=]+$")
TOP, LAST = 2, 6
TAGS = frozenset(
    {
        "a",
        "abbr",
        "blockquote",
        "br",
        "code",
        "div",
        "em",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "span",
    }
    | {"strong", "table", "tbody", "td", "th", "thead", "tr", "ul"}
)
ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "a": frozenset({"href", "class"}),
    "img": frozenset({"src", "alt", "class"}),
    "ol": frozenset({"start"}),
    "th": frozenset({"scope"}),
    "span": frozenset({"class"}),
    "div": frozenset({"class", "tabindex"}),
    **{f"h{level}": frozenset({"id"}) for level in range(TOP, LAST + 1)},
}


@dataclass(frozen=True, slots=True)
class Target:
    """What a text may name: its name, the address (none for a place to visit), and the number or address as people write it."""

    name: str
    url: str = ""
    shown: str = ""
    is_there: bool = True


@dataclass(frozen=True, slots=True)
class References:
    """What texts of the county may name, in the reader's language."""

    services: Mapping[str, Target] = field(default_factory=dict)
    contacts: Mapping[str, Target] = field(default_factory=dict)
    chapters: Mapping[str, Target] = field(default_factory=dict)
    pictures: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, Target] = field(default_factory=dict)

    def target(self, kind: str, key: str) -> Target | None:
        """The thing that a link names."""
        kinds = {"service": self.services, "contact": self.contacts, "chapter": self.chapters, "path": self.paths}
        return kinds[kind].get(key)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the text and its anchor."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something for which the text is not published: `broken` names what is not there."""

    code: str
    what: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """The text as HTML, with what was found in it."""

    html: SafeString
    headings: Sequence[Heading] = ()
    problems: Sequence[Problem] = ()
    phones: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.html


def render(text: str, references: References, *, top: int = TOP, prefix: str = "", show_broken: bool = False) -> Rendered:
    """The Markdown as clean HTML. Headings begin at level `top`, their anchors with `prefix`; what is broken is plain words for
    readers, and marked for those who write (`show_broken`).
    """
    made = _Made(references, show_broken)
    env: dict[str, Any] = {"made": made}
    tokens = _PARSER.parse(text, env)
    _place_headings(tokens, made, top=top, prefix=prefix)
    html = _PARSER.renderer.render(tokens, _PARSER.options, env)
    return Rendered(mark_safe(clean(html)), made.headings, made.problems, frozenset(made.phones))  # noqa: S308 - cleaned


def plain(text: str) -> str:
    """The words of the Markdown alone, for the search; a number that the directory tells is three dots."""
    blocks: list[str] = []
    for token in _PARSER.parse(text, {"made": _Made(References(), False)}):
        if token.type in ("fence", "code_block"):
            blocks.append(token.content)
        blocks.append("".join(_said(child) for child in token.children or ()))
    return " ".join(" ".join(blocks).split())


def _said(child: Token) -> str:
    match child.type:
        case "text" | "code_inline" | "image":
            return child.content
        case "phone":
            return "…"
        case "softbreak" | "hardbreak":
            return " "
    return ""


def references_in(text: str) -> dict[str, set[str]]:
    """The keys that the text names, by their kind: service, contact, chapter, path, picture; and the short codes of replies."""
    found: dict[str, set[str]] = {kind: set() for kind in (*OWN.values(), PICTURES, "reply")}
    for token in _PARSER.parse(text, {"made": _Made(References(), False)}):
        for child in token.children or ():
            if child.type == "phone":
                found["contact"].add(child.content)
            if child.type == "code_inline" and REPLY.fullmatch(child.content):
                found["reply"].add(child.content)
            address = str(child.attrGet("href") or child.attrGet("src") or "")
            scheme, _colon, key = address.partition(":")
            if scheme.lower() == PICTURE:
                found[PICTURES].add(key)
            elif kind := OWN.get(scheme.lower()):
                found[kind].add(unquote(key))
    return found


def clean(html: str) -> str:
    """Only what is on the allow-list is left of the HTML."""
    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto", "tel", "data"},
        attribute_filter=_filter,
        link_rel="noopener noreferrer",
    )


def _filter(tag: str, name: str, value: str) -> str | None:
    """A picture's own content stands in the page on paper only; no other address is data."""
    is_data = name in ("href", "src") and value.strip().lower().startswith("data:")
    return None if is_data and not (tag == "img" and INSIDE.match(value)) else value


@dataclass(slots=True)
class _Made:
    """What one rendering knows and finds."""

    references: References
    show_broken: bool
    headings: list[Heading] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    phones: set[str] = field(default_factory=set)

    def broken(self, code: str, what: str) -> str:
        """Notes the problem; gives the mark that those who write see."""
        problem = Problem(code, what[:120])
        if problem not in self.problems:
            self.problems.append(problem)
        return f'<span class="nlh-broken">{escape(what)}</span>' if self.show_broken else ""


def _allowed(url: str) -> bool:
    """Addresses that may stand in a text: of the web, of a mail or a phone, of the portal's own things, and anchors of the text."""
    written = SCHEME.fullmatch(url.strip())
    if written is None:
        return url.startswith("#")
    scheme = written.group(1).lower()
    return scheme in OWN or scheme == PICTURE or OUTSIDE.match(url) is not None


def _phone(state: StateInline, silent: bool) -> bool:
    """{{phone:KEY}} is a number."""
    if state.src[state.pos] != "{" or (found := PHONE.match(state.src, state.pos)) is None:
        return False
    if not silent:
        token = state.push("phone", "", 0)
        token.content = found.group(1)
    state.pos = found.end()
    return True


class _Renderer(RendererHTML):
    """Writes what the portal's own addresses mean."""

    def phone(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """The contact point's number, to be pressed."""
        made: _Made = env["made"]
        key = tokens[idx].content
        target = made.references.contacts.get(key)
        made.phones.add(key)
        if target is None or not target.is_there:
            return made.broken("phone", f"{{{{phone:{key}}}}}") or escape(target.name if target else "–")
        return f'<a class="nl-phone" href="{escape(target.url)}">{escape(target.shown)}</a>' if target.url else escape(target.shown)

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """A link of the web as it is; a thing of the portal where it is now."""
        made: _Made = env["made"]
        token = tokens[idx]
        address = str(token.attrGet("href") or "")
        scheme, _colon, key = address.partition(":")
        kind = OWN.get(scheme.lower())
        if scheme.lower() == PICTURE:
            token.meta["plain"] = True
            return made.broken("link", address) + "<span>"
        if kind is None:
            return f'<a href="{escape(address)}">'
        key = unquote(key)
        target = made.references.target(kind, key)
        if kind == "contact" and target is not None:
            made.phones.add(key)
        if target is None or not target.is_there or not target.url:
            token.meta["plain"] = True
            is_broken = target is None or not target.is_there
            return (made.broken("link", f"{scheme}:{key}") if is_broken else "") + "<span>"
        return f'<a href="{escape(target.url)}">'

    def link_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """As it was opened."""
        depth = 0
        for token in reversed(tokens[:idx]):
            depth += {"link_close": 1, "link_open": -1}.get(token.type, 0)
            if depth < 0:
                return "</span>" if token.meta.get("plain") else "</a>"
        return "</a>"

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """A picture of the county's own, never without a text for those who do not see it."""
        made: _Made = env["made"]
        token = tokens[idx]
        address = str(token.attrGet("src") or "")
        scheme, _colon, key = address.partition(":")
        alt = self.renderInlineAsText(token.children or [], options, env).strip()
        url = made.references.pictures.get(key) if scheme.lower() == PICTURE else None
        if url is None:
            return made.broken("picture", address) + escape(alt)
        if not alt:
            return made.broken("alt", address)
        return f'<img class="nlh-picture" src="{escape(url)}" alt="{escape(alt)}">'

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """A wide table is scrolled by itself, by keyboard too."""
        return '<div class="nlh-table" tabindex="0"><table>'

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Its end."""
        return "</table></div>"

    def th_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """A heading of a column."""
        return '<th scope="col">'

    def td_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """A cell, without the alignment that would need a style."""
        return "<td>"


def _place_headings(tokens: Sequence[Token], made: _Made, *, top: int, prefix: str) -> None:
    """The highest heading of the text is at level `top`, and none jumps over a level (WCAG 1.3.1)."""
    opens = [(n, token) for n, token in enumerate(tokens) if token.type == "heading_open"]
    if not opens:
        return
    highest = min(int(token.tag[1]) for _n, token in opens)
    before, taken = top - 1, set[str]()
    for n, token in opens:
        level = max(top, min(int(token.tag[1]) - highest + top, before + 1, LAST))
        before = level
        words = "".join(child.content for child in tokens[n + 1].children or () if child.type in ("text", "code_inline"))
        anchor = _anchor(words, prefix, taken)
        token.tag = tokens[n + 2].tag = f"h{level}"
        token.attrSet("id", anchor)
        made.headings.append(Heading(level, anchor, words))


def _anchor(words: str, prefix: str, taken: set[str]) -> str:
    """A name for an address: letters of the heading without dots and rings, each once on its page."""
    plain_letters = unicodedata.normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode()
    stem = "o-" + prefix + (re.sub(r"[^a-z0-9]+", "-", plain_letters).strip("-")[:60] or "kohta")
    anchor, number = stem, 2
    while anchor in taken:
        anchor, number = f"{stem}-{number}", number + 1
    taken.add(anchor)
    return anchor


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False}, renderer_cls=_Renderer)
    parser.enable(["table", "strikethrough"])
    parser.validateLink = _allowed  # type: ignore[method-assign]
    parser.inline.ruler.before("link", "phone", _phone)
    return parser


_PARSER = _parser()
