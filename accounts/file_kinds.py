"""What a file is, judged by its content alone: its name and what the browser calls it are not believed.

The list is short on purpose: documents, tables, slides, pictures and plain text that people of a county send each other. Nothing
that runs, and nothing that a browser would take for a page.
"""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass

UNPACKED_AT_MOST = 100 * 1024 * 1024
ENTRIES_AT_MOST = 5_000
NAME_LENGTH = 120
PNG = b"\x89PNG\r\n\x1a\n"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
OFFICE = "application/vnd.openxmlformats-officedocument."
MARKUP = re.compile(
    rb"<\s*(!doctype|\?xml|html|head|body|script|svg|iframe|object|embed|meta|link|style|form|img)\b", re.IGNORECASE
)
MACROS = re.compile(r"(^|/)(vbaProject\.bin|vbaData\.xml)$|^(Basic|Scripts)/", re.IGNORECASE)
RESERVED = re.compile(r'[<>:"|?*]')


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file that is taken: its type, the ending of its name, and whether it is a picture."""

    content_type: str
    ending: str
    is_picture: bool = False


PDF = Kind("application/pdf", "pdf")
PICTURES = {"png": Kind("image/png", "png", True), "jpg": Kind("image/jpeg", "jpg", True)}
TEXT = Kind("text/plain", "txt")
# The main part of an Office file and what the list of its contents must call it: a file with macros is called otherwise.
OFFICE_KINDS = {
    "word/document.xml": (Kind(f"{OFFICE}wordprocessingml.document", "docx"), b"wordprocessingml.document.main+xml"),
    "xl/workbook.xml": (Kind(f"{OFFICE}spreadsheetml.sheet", "xlsx"), b"spreadsheetml.sheet.main+xml"),
    "ppt/presentation.xml": (Kind(f"{OFFICE}presentationml.presentation", "pptx"), b"presentationml.presentation.main+xml"),
}
OPEN_KINDS = {
    f"{OPEN_DOCUMENT}text": Kind(f"{OPEN_DOCUMENT}text", "odt"),
    f"{OPEN_DOCUMENT}spreadsheet": Kind(f"{OPEN_DOCUMENT}spreadsheet", "ods"),
}


class TooLargeInsideError(ValueError):
    """Unpacked, the file would fill the machine of whoever opens it."""


def kind_of(content: bytes) -> Kind | None:
    """The kind of the content, or nothing when it is none of those taken. Raises TooLargeInsideError for a zip bomb."""
    if content.startswith(b"%PDF-"):
        return PDF if re.match(rb"%PDF-[12]\.\d", content) and b"%%EOF" in content[-4096:] else None
    if content.startswith(PNG):
        return PICTURES["png"] if _is_png(content) else None
    if content.startswith(b"\xff\xd8\xff"):
        return PICTURES["jpg"] if _is_jpeg(content) else None
    if content.startswith(b"PK\x03\x04"):
        return _packed(content)
    return TEXT if _is_text(content) else None


def safe_name(name: str, kind: Kind) -> str:
    """The last part of the given name without anything that hides or leads astray, ending as its content says."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(ch for ch in last if unicodedata.category(ch)[0] != "C" and unicodedata.category(ch) not in ("Zl", "Zp"))
    stem = RESERVED.sub("", " ".join(seen.split())).strip(" .")
    for ending in {kind.ending, "jpeg" if kind.ending == "jpg" else kind.ending}:
        if stem.lower().endswith(f".{ending}"):
            stem = stem[: -len(ending) - 1].rstrip(" .")
    return f"{stem[:NAME_LENGTH].rstrip(' .') or 'file'}.{kind.ending}"


def _is_png(content: bytes) -> bool:
    """Its chunks follow each other from the header to the end, and nothing comes after."""
    place, first = len(PNG), True
    while place + 12 <= len(content):
        (length,), name = struct.unpack_from(">I", content, place), content[place + 4 : place + 8]
        if first and (name, length) != (b"IHDR", 13):
            return False
        place, first = place + 12 + length, False
        if name == b"IEND":
            return bool(place == len(content))
    return False


def _is_jpeg(content: bytes) -> bool:
    """Its segments follow each other up to the picture's data, of which the end is there."""
    place, has_size = 2, False
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker, (length,) = content[place + 1], struct.unpack_from(">H", content, place + 2)
        has_size = has_size or marker in (0xC0, 0xC1, 0xC2)
        if marker == 0xDA:
            return has_size and content.rfind(b"\xff\xd9") > place
        if length < 2:
            return False
        place += 2 + length
    return False


def _is_text(content: bytes) -> bool:
    """Words in UTF-8 that nothing would run or show as a page."""
    if content.startswith(b"#!") or MARKUP.search(content):
        return False
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(unicodedata.category(ch) == "Cc" and ch not in "\n\r\t\f" for ch in words)


def _packed(content: bytes) -> Kind | None:
    """An Office or OpenDocument file without macros, passwords and entries that would land elsewhere."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = packed.infolist()
            names = [entry.filename for entry in entries]
            if len(entries) > ENTRIES_AT_MOST or _overlap(entries, len(content)):
                raise TooLargeInsideError
            if any(entry.flag_bits & 1 or entry.compress_type not in (0, 8) for entry in entries):
                return None
            if len(set(names)) < len(names) or any(_leads_astray(name) or MACROS.search(name) for name in names):
                return None
            _measure(content, entries)
            return _office(packed, names) or _open_document(packed, entries)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError):
        return None


def _leads_astray(name: str) -> bool:
    return name.startswith(("/", "\\")) or ":" in name or ".." in re.split(r"[/\\]", name)


def _overlap(entries: list[zipfile.ZipInfo], size: int) -> bool:
    """Entries that share their packed bytes: a few kilobytes would unpack to anything."""
    places = sorted(entries, key=lambda entry: entry.header_offset)
    ends = [*(entry.header_offset for entry in places[1:]), size]
    return any(entry.header_offset + 30 + entry.compress_size > end for entry, end in zip(places, ends, strict=True))


def _measure(content: bytes, entries: list[zipfile.ZipInfo]) -> None:
    """Unpacks each entry piece by piece and stops at the limit: what an entry says of its own size is not believed."""
    left = UNPACKED_AT_MOST
    for entry in entries:
        name_length, extra_length = struct.unpack_from("<HH", content, entry.header_offset + 26)
        start = entry.header_offset + 30 + name_length + extra_length
        data = content[start : start + entry.compress_size]
        if entry.compress_type == 0:
            left -= len(data)
        else:
            opener = zlib.decompressobj(-15)
            while data and left >= 0:
                left -= len(opener.decompress(data, 1024 * 1024))
                data = opener.unconsumed_tail
        if left < 0:
            raise TooLargeInsideError


def _office(packed: zipfile.ZipFile, names: list[str]) -> Kind | None:
    if "[Content_Types].xml" not in names:
        return None
    listed = packed.read("[Content_Types].xml")
    found = [kind for part, (kind, called) in OFFICE_KINDS.items() if part in names and called in listed]
    return found[0] if len(found) == 1 and b"macroEnabled" not in listed else None


def _open_document(packed: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Kind | None:
    first = entries[0] if entries else None
    if first is None or first.filename != "mimetype" or first.file_size > 100:
        return None
    return OPEN_KINDS.get(packed.read(first).decode("ascii", "replace").strip())
