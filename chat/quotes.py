"""The words of a letter: plain text out of HTML, the new words apart from the quoted ones, and the language that it is in. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

SKIPPED = frozenset({"script", "style", "head", "title", "template", "noscript"})
BLOCKS = frozenset(
    {"p", "div", "br", "li", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6"} | {"blockquote", "ul", "ol", "hr", "pre"}
)
_TAG = re.compile(r"(/?)([a-zA-Z][a-zA-Z0-9:]*)")
_DIVIDER = re.compile(
    r"^\s*-{2,}\s*(original message|forwarded message|alkuperäinen viesti|edelleenlähetetty viesti|välitetty viesti|"
    r"ursprungligt meddelande|vidarebefordrat meddelande)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_SENDER = re.compile(r"^\s*\**(from|lähettäjä|från)\**:\s", re.IGNORECASE)
_SENT = re.compile(r"^\s*\**(sent|date|lähetetty|päivämäärä|päiväys|skickat|datum|to|vastaanottaja|till)\**:\s", re.IGNORECASE)
_WROTE = re.compile(r"(wrote|kirjoitti|skrev)\b[^\n]{0,160}:\s*$", re.IGNORECASE)
_DAY = re.compile(r"^\s*(on|den|am|le|\d|(ma|ti|ke|to|pe|la|su|mån|tis|ons|tors|fre|lör|sön)[\s.,])", re.IGNORECASE)
_COMMON = {
    "fi": "ja on ei että olen minun minä kun mutta voi voisi hei terve kiitos onko en olisi jos niin mitä miten kanssa sekä",
    "sv": "och jag är att inte det hej har med tack kan om för min vad hur ska eller vill som när skulle",
    "en": "the and is my to hello not have can of what how would please thank you with for if are was hi",
}
_WORDS = {code: frozenset(words.split()) for code, words in _COMMON.items()}


class _Plain:
    """Collects the text, a line for each block, quoted blocks marked as in plain letters."""

    def __init__(self) -> None:
        self.lines: list[list[str]] = [[]]
        self.depth = self.hidden = 0

    def tag(self, inner: str) -> None:
        """What stands between < and >."""
        found = _TAG.match(inner)
        if found is None:
            return
        name, step = found[2].lower(), -1 if found[1] else 1
        if name in SKIPPED:
            self.hidden = max(0, self.hidden + step)
        if name in BLOCKS and self.lines[-1]:
            self.lines.append([])
        if name == "blockquote":
            self.depth = max(0, self.depth + step)
        if name == "li" and step > 0:
            self.text("– ")

    def text(self, words: str) -> None:
        """Words between tags; lines and spaces of the source say nothing."""
        words = re.sub(r"\s+", " ", unescape(words))
        if self.hidden or not (words.strip() or self.lines[-1]):
            return
        if not self.lines[-1]:
            words = ("> " if self.depth else "") + words.lstrip()
        self.lines[-1].append(words)


def plain_of(html: str) -> str:
    """The text of an HTML letter, however broken its tags are, in a time that grows with its length only.

    The standard library's parser takes minutes for a letter that is made to keep it busy.
    """
    reader = _Plain()
    first, *rest = _without_comments(html).split("<")
    reader.text(first)
    for piece in rest:
        inner, closed, words = piece.partition(">")
        if closed and _TAG.match(inner):
            reader.tag(inner)
            reader.text(words)
        elif not inner.startswith(("!", "?")):
            reader.text(f"<{piece}")
        else:
            reader.text(words)
    return "\n".join("".join(line).rstrip() for line in reader.lines).strip()


def _without_comments(html: str) -> str:
    kept, at = [], 0
    while (start := html.find("<!--", at)) >= 0:
        kept.append(html[at:start])
        end = html.find("-->", start)
        if end < 0:
            return "".join(kept)
        at = end + 3
    return "".join([*kept, html[at:]])


def without_quotes(text: str) -> tuple[str, str]:
    """What is new in a letter, and the earlier letters that follow it. Answers between quoted lines stay where they are."""
    lines = text.split("\n")
    only_quoted = _quoted_to_the_end(lines)
    at = next((number for number in range(len(lines)) if _begins_quote(lines, number, only_quoted)), len(lines))
    new, quoted = "\n".join(lines[:at]).rstrip(), "\n".join(lines[at:]).strip()
    return (new, quoted) if new.strip() else (text.strip(), "")


def _quoted_to_the_end(lines: Sequence[str]) -> list[bool]:
    """Of each line: it and all that follow are quoted or empty, and some are quoted. One pass, however long the letter is."""
    found = [False] * (len(lines) + 1)
    plain = quoted = False
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number].strip()
        plain, quoted = plain or bool(line and not line.startswith(">")), quoted or line.startswith(">")
        found[number] = quoted and not plain
    return found


def _begins_quote(lines: Sequence[str], at: int, only_quoted: Sequence[bool]) -> bool:
    if _DIVIDER.match(lines[at]):
        return True
    if _SENDER.match(lines[at]) and any(_SENT.match(line) for line in lines[at + 1 : at + 4]):
        return True
    if re.match(r"^_{10,}\s*$", lines[at]) and any(_SENDER.match(line) for line in lines[at + 1 : at + 4]):
        return True
    rest = at
    if not lines[at].lstrip().startswith(">"):
        for more in (1, 2, 3) if _DAY.match(lines[at]) else (1,):  # “On … somebody wrote:” may be broken into lines
            if _WROTE.search(" ".join(line.strip() for line in lines[at : at + more])):
                rest = at + more
                break
        if rest == at:
            return False
    return only_quoted[min(rest, len(lines))]


def language_in(text: str, *, offered: Sequence[str], otherwise: str) -> str:
    """In which of the offered languages a text is, by its commonest small words; in doubt `otherwise`."""
    words = re.findall(r"[a-zåäö]+", text.lower())[:400]
    counts = {code: sum(word in known for word in words) for code, known in _WORDS.items() if code in offered}
    best = max(counts, key=lambda code: counts[code], default=otherwise)
    return best if counts.get(best, 0) > counts.get(otherwise, 0) else otherwise


__all__ = ["language_in", "plain_of", "without_quotes"]
