"""Files are judged by their content: what is taken, what is refused, and under which name it is kept."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts import file_kinds
from accounts.file_kinds import PDF, PICTURES, TEXT, Kind, TooLargeInsideError, kind_of, safe_name
from accounts.models import AuditEntry, StoredFile
from accounts.operations import store_file
from accounts.operations.files import LARGEST
from tests.conftest import acting

PDF_FILE = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n%%EOF\n"
JPEG_FILE = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    + b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00"
    + (b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x7f\xff\xd9")
)
TYPES = '<Types><Override PartName="/{part}" ContentType="{type}"/></Types>'
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png() -> bytes:
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\x00\x00")) + chunk(b"IEND", b"")


def packed(*entries: tuple[str, str | bytes], stored: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as file:
        for name, content in entries:
            file.writestr(name, content)
    return out.getvalue()


def docx(*more: tuple[str, str | bytes], types: str = MAIN) -> bytes:
    return packed(
        ("[Content_Types].xml", TYPES.format(part="word/document.xml", type=types)), ("word/document.xml", "<w:document/>"), *more
    )


def office(part: str, called: str) -> bytes:
    base = "application/vnd.openxmlformats-officedocument."
    return packed(("[Content_Types].xml", TYPES.format(part=part, type=f"{base}{called}.main+xml")), (part, "<x/>"))


def open_document(kind: str) -> bytes:
    return packed(("mimetype", f"application/vnd.oasis.opendocument.{kind}"), ("content.xml", "<x/>"), stored=True)


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (PDF_FILE, "pdf"),
        (png(), "png"),
        (JPEG_FILE, "jpg"),
        ("Päivän muistiinpanot\nå".encode(), "txt"),
        (b"\xef\xbb\xbfTabs\tand lines\r\n", "txt"),
        (docx(), "docx"),
        (office("xl/workbook.xml", "spreadsheetml.sheet"), "xlsx"),
        (office("ppt/presentation.xml", "presentationml.presentation"), "pptx"),
        (open_document("text"), "odt"),
        (open_document("spreadsheet"), "ods"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_kinds_that_people_send_are_taken(content: bytes, ending: str) -> None:
    kind = kind_of(content)
    assert kind is not None
    assert kind.ending == ending


REFUSED = {
    "a program renamed pdf": b"MZ\x90\x00\x03\x00\x00\x00",
    "a Linux program": b"\x7fELF\x02\x01\x01",
    "html as txt": b"<!DOCTYPE html><html><body>hi</body></html>",
    "a script tag after words": b"Hello\n\n  <script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>',
    "svg with a prologue": b'<?xml version="1.0"?><svg/>',
    "a shell script": b"#!/bin/sh\nrm -rf /\n",
    "binary": bytes(range(256)),
    "text with a null": b"abc\x00def",
    "latin-1": "ääkköset".encode("latin-1"),
    "pdf without its end": b"%PDF-1.7\nhalf",
    "a pdf header only": b"%PDF-",
    "gif": b"GIF89a\x01\x00\x01\x00",
    "png with a page behind it": png() + b"<html>",
    "png cut off": png()[:-12],
    "jpeg without a picture": b"\xff\xd8\xff\xe0\x00\x02\xff\xd9",
    "a plain zip": packed(("a.exe", b"MZ")),
    "a word file with macros": docx(("word/vbaProject.bin", b"x")),
    "a word file that calls itself macro enabled": docx(types="application/vnd.ms-word.document.macroEnabled.main+xml"),
    "an entry that climbs out": docx(("../../etc/passwd", "x")),
    "an entry with an absolute name": docx(("/etc/passwd", "x")),
    "two main parts": packed(
        ("[Content_Types].xml", TYPES.format(part="word/document.xml", type=MAIN)), ("xl/workbook.xml", "<x/>")
    ),
    "an open document with macros": packed(
        ("mimetype", "application/vnd.oasis.opendocument.text"), ("Basic/Standard/x.xml", "<x/>"), stored=True
    ),
    "an open document of another kind": open_document("graphics"),
    "a broken zip": docx()[:-30],
    "a Windows shortcut": b"L\x00\x00\x00\x01\x14\x02\x00",
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=list(REFUSED))
def test_nothing_else_is(content: bytes) -> None:
    assert kind_of(content) is None


def test_a_zip_bomb_is_measured_not_believed() -> None:
    bomb = docx(("word/media/zeros.bin", b"\x00" * (file_kinds.UNPACKED_AT_MOST + 1)))
    assert len(bomb) < 1024 * 1024
    with pytest.raises(TooLargeInsideError):
        kind_of(bomb)
    # The same when its directory says that the entry is small.
    size = struct.pack("<I", file_kinds.UNPACKED_AT_MOST + 1)
    assert bomb.count(size) == 2
    with pytest.raises(TooLargeInsideError):
        kind_of(bomb.replace(size, struct.pack("<I", 10)))


def test_entries_that_lie_upon_each_other_are_refused() -> None:
    once = docx(("word/a.bin", b"x" * 1000))
    first, last = once.find(b"PK\x01\x02"), once.rfind(b"PK\x05\x06")
    entry = once[once.rfind(b"PK\x01\x02") : last]
    # The directory names one entry's bytes many times.
    directory = once[first:last] + b"".join(entry.replace(b"word/a.bin", b"word/%05d" % number) for number in range(400))
    end = bytearray(once[last:])
    struct.pack_into("<HHI", end, 8, 403, 403, len(directory))
    with pytest.raises(TooLargeInsideError):
        kind_of(once[:first] + directory + bytes(end))


def test_too_many_entries_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_kinds, "ENTRIES_AT_MOST", 10)
    with pytest.raises(TooLargeInsideError):
        kind_of(docx(*((f"word/{n}.xml", "x") for n in range(20))))


@pytest.mark.parametrize(
    ("given", "kind", "kept"),
    [
        ("muistio.pdf", PDF, "muistio.pdf"),
        ("MUISTIO.PDF", PDF, "MUISTIO.pdf"),
        ("../../etc/passwd", TEXT, "passwd.txt"),
        ("C:\\Users\\maija\\Päätös 3.pdf", PDF, "Päätös 3.pdf"),
        ("ohjelma.exe", PDF, "ohjelma.exe.pdf"),
        ("kuva.jpeg", PICTURES["jpg"], "kuva.jpg"),
        ("a\u202egnp.exe", PICTURES["png"], "agnp.exe.png"),
        ("rivi\r\nSet-Cookie: x=1.txt", TEXT, "riviSet-Cookie x=1.txt"),
        ("", TEXT, "file.txt"),
        ("...", PDF, "file.pdf"),
        (".htaccess", TEXT, "htaccess.txt"),
        ('a"b<c>|d?.txt', TEXT, "abcd.txt"),
        ("x" * 500 + ".pdf", PDF, "x" * 120 + ".pdf"),
    ],
)
def test_the_name_leads_nobody_astray(given: str, kind: Kind, kept: str) -> None:
    assert safe_name(given, kind) == kept


@pytest.mark.django_db
class TestStoring:
    def test_a_file_is_kept_with_what_it_was_judged_to_be(self, county, coordinator) -> None:
        now = timezone.now()
        row = store_file(by=acting(coordinator), county="koe", name="../päätös.exe", content=PDF_FILE, now=now)
        row.refresh_from_db()
        assert (row.name, row.content_type, row.size) == ("päätös.exe.pdf", "application/pdf", len(PDF_FILE))
        assert bytes(row.content) == PDF_FILE
        assert row.digest == hashlib.sha256(PDF_FILE).hexdigest()
        assert row.uploaded_by == coordinator
        line = AuditEntry.objects.get(object_type="accounts.storedfile")
        assert (line.county, line.object_id) == ("koe", str(row.public_id))
        assert "päätös" not in str(line.after)

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "empty"),
            (PDF_FILE + b" " * LARGEST, "too_large"),
            (b"MZ\x90\x00", "kind"),
            (docx(("word/x.bin", b"\x00" * (file_kinds.UNPACKED_AT_MOST + 1))), "too_large_inside"),
        ],
        ids=["empty", "11 MB", "a program", "zip bomb"],
    )
    def test_refusals_have_codes(self, county, coordinator, content: bytes, code: str) -> None:
        with pytest.raises(ValidationError) as refused:
            store_file(by=acting(coordinator), county="koe", name="x.pdf", content=content, now=timezone.now())
        assert refused.value.code == code
        assert not StoredFile.objects.exists()

    def test_a_picture_is_asked_for_where_a_picture_is_shown(self, county, coordinator) -> None:
        with pytest.raises(ValidationError):
            store_file(by=acting(coordinator), county="koe", name="x.png", content=PDF_FILE, now=timezone.now(), only_pictures=True)
        store_file(by=acting(coordinator), county="koe", name="x.png", content=png(), now=timezone.now(), only_pictures=True)

    def test_outsiders_store_nothing(self, county, outsider, former, resident) -> None:
        for actor in (acting(outsider), acting(former), resident):
            with pytest.raises(PermissionDenied):
                store_file(by=actor, county="koe", name="x.pdf", content=PDF_FILE, now=timezone.now())
        assert not StoredFile.objects.exists()
