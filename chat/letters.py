"""A letter as it came over the net → what of it the portal uses. Pure: bytes in, values out, and whatever is broken breaks nothing.

Only the standard library's parser is used, with its forgiving policy; each field is read on its own, so that one that makes no
sense costs that field only. Attached files are named and never opened.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from chat.choices import LetterKind
from chat.quotes import plain_of, without_quotes

LONGEST_ADDRESS = 120
MOST_PARTS, MOST_NAMES = 200, 20
MARK = re.compile(r"\bNV-([0-9A-HJKMNP-TV-Z]{24})\b", re.IGNORECASE)
"""What a thread's notices carry in their id and subject, and an answer to them brings back."""
MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
OF_LISTS = ("List-Id", "List-Unsubscribe", "List-Post", "X-Autoreply", "X-Autorespond", "X-Autoresponder")
SERVERS = ("mailer-daemon@", "postmaster@", "noreply@", "no-reply@", "do-not-reply@", "donotreply@")
_FAULTS = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError)
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Letter:
    """What is known of a letter; every text is clean, and empty when there is none."""

    key: str
    """The same letter, fetched twice, has the same key: made of its Message-ID, sender and words, or of the whole without one."""
    message_id: str
    sender: str
    subject: str
    text: str
    quoted: str
    files: tuple[str, ...]
    marks: tuple[str, ...]
    """The threads that it names in its references and its subject, in capital letters."""
    returned: tuple[str, ...]
    """The threads whose notices it brings back, when it is a bounce."""
    kind: LetterKind
    is_partial: bool
    """It was so large that its beginning only was read."""


def read_letter(content: bytes, *, size: int) -> Letter:
    """Whatever came, read as far as it makes sense."""
    content = content.replace(b"\0", b"")
    message = _safely(lambda: message_from_bytes(content), Message())
    sender = address_in(_header(message, "From"))
    nothing: tuple[str, tuple[str, ...]] = ("", ())
    plain, files = _safely(lambda: _parts(message), nothing)
    text, quoted = without_quotes(plain)
    subject = " ".join(_header(message, "Subject").split())[:300]
    given = _header(message, "Message-ID")
    found = MESSAGE_ID.search(given)
    named = " ".join([_header(message, "In-Reply-To"), _header(message, "References")[-8000:], subject])
    kind = _kind(message, sender, content)
    unique = "\0".join([given.strip(), sender, subject, plain]).encode(errors="replace") if given.strip() else content
    return Letter(
        key=hashlib.sha256(unique).hexdigest(),
        message_id=found[0] if found else "",
        sender=sender,
        subject=subject,
        text=text,
        quoted=quoted,
        files=files,
        marks=_marks(named),
        returned=_marks(f"{named} {content.decode('ascii', 'replace')}") if kind == LetterKind.BOUNCE else (),
        kind=kind,
        is_partial=size > len(content),
    )


def address_in(header: str) -> str:
    """The one address of a header, in small letters; none when it is no address, or too long to be kept."""
    address = _safely(lambda: parseaddr(header)[1], "")
    if not address.isascii():  # a domain with other letters has a name in ASCII too
        local, _at, domain = address.rpartition("@")
        address = _safely(lambda: f"{local}@{domain.encode('idna').decode()}", "")
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address.lower() if len(address) <= LONGEST_ADDRESS and address.isascii() else ""


def clean(text: str) -> str:
    """Without what a database or a page can't take: control and reordering characters, half characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    return _CONTROL.sub("", _REORDERING.sub("", text))


def _kind(message: Message, sender: str, content: bytes) -> LetterKind:
    """A bounce, a delay, an automatic letter or a person's. What is in doubt is automatic: nobody answers it by itself."""
    whole = message.get_content_type()
    back = _header(message, "Return-Path").strip()
    automatic = _header(message, "Auto-Submitted").split(";")[0].strip().lower()
    is_report = whole == "multipart/report"
    is_from_server = back == "<>" or sender.startswith(SERVERS[:2])
    if is_report and str(message.get_param("report-type", "")).lower() == "delivery-status":
        actions = [each.lower() for each in re.findall(rb"(?im)^action:\s*([a-z]+)", content)]
        return LetterKind.BOUNCE if b"failed" in actions or not actions else LetterKind.AUTOMATIC
    if is_from_server and (b"message/rfc822" in content.lower() or b"undeliver" in content.lower() or MARK.search(_ascii(content))):
        return LetterKind.BOUNCE
    is_bulk = _header(message, "Precedence").strip().lower() in BULK or any(message.get(name) is not None for name in OF_LISTS)
    told = automatic not in ("", "no") or is_report or is_from_server or is_bulk or sender.startswith(SERVERS)
    return LetterKind.AUTOMATIC if told else LetterKind.PERSON


def _parts(message: Message) -> tuple[str, tuple[str, ...]]:
    """The words of a letter, plain before HTML, and the names of what is attached."""
    plain: list[str] = []
    html: list[str] = []
    files: list[str] = []
    for number, part in enumerate(_walk(message)):
        if number >= MOST_PARTS:
            break
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            continue
        name = _file_name(part)
        kind = "text/plain" if part.get_content_maintype() == "multipart" else part.get_content_type()  # its boundary was not met
        place = str(part.get("Content-Disposition", "")).strip().lower()
        if name or place.startswith("attachment") or kind not in ("text/plain", "text/html"):
            if len(files) < MOST_NAMES:
                files.append(name or kind)
        elif kind == "text/plain":
            plain.append(_words(part))
        else:
            html.append(_words(part))
    words = "\n".join(each for each in plain if each.strip()) or "\n".join(plain_of(each) for each in html)
    return clean(words).strip(), tuple(files)


def _walk(message: Message) -> Iterator[Message]:
    """Every part, without going into letters that are attached."""
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        yield part
        inner = part.get_payload() if part.is_multipart() else None
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting[:0] = [each for each in inner if isinstance(each, Message)]


def _words(part: Message) -> str:
    content: object = _safely(lambda: part.get_payload(decode=True), None)
    if not isinstance(content, bytes):
        return ""
    charset = _safely(lambda: part.get_content_charset() or "utf-8", "utf-8")
    return _decoded(content, charset)


def _decoded(content: bytes, charset: str) -> str:
    """By the charset that it names if it fits, else by the two that letters are written in."""
    for name in (charset, "utf-8"):
        try:
            return content.decode(name)
        except (LookupError, ValueError):  # an unknown charset, one that is none of texts, or bytes that it has not
            continue
    return content.decode("cp1252", "replace")


def _file_name(part: Message) -> str:
    name = _safely(lambda: part.get_filename() or "", "")
    return " ".join(clean(_unfolded(name)).split())[:120]


def _header(message: Message, name: str) -> str:
    """A header in words; raw bytes are read as UTF-8 or as a Western charset."""
    return _safely(lambda: clean(_unfolded(str(message.get(name, "")))), "")


def _unfolded(value: str) -> str:
    raw = value.encode("utf-8", "surrogateescape")
    text = _decoded(raw, "utf-8")
    try:
        parts = decode_header(text)
    except _FAULTS:
        return text
    return "".join(part if isinstance(part, str) else _decoded(part, charset or "latin-1") for part, charset in parts)


def _marks(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found.upper() for found in MARK.findall(text)))


def _ascii(content: bytes) -> str:
    return content.decode("ascii", "replace")


def _safely(read: Callable[[], T], otherwise: T) -> T:
    """What the parser stumbles over is as if it were not there."""
    try:
        return read()
    except _FAULTS:
        return otherwise


__all__ = ["LONGEST_ADDRESS", "MARK", "MESSAGE_ID", "Letter", "address_in", "clean", "read_letter"]
