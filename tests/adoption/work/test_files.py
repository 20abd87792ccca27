"""Attachments of items and the cover image: taken by their content, sent as downloads only."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts import file_kinds
from accounts.models import AuditEntry, StoredFile
from accounts.operations.files import LARGEST
from adoption.models import Attachment
from adoption.operations.attachments import attach_file, put_cover, remove_attachment
from tests.accounts.test_files import PDF_FILE, docx, png
from tests.conftest import acting

pytestmark = pytest.mark.django_db


def sent(name: str, content: bytes, content_type: str = "application/pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=content_type)


@pytest.fixture
def address(rollout, item) -> str:
    return reverse("adoption:attachments", args=[rollout.public_id, item.public_id])


def test_a_member_adds_a_file_and_everybody_of_the_rollout_gets_it_as_a_download(
    rollout, item, address, signed_in, member, reader
) -> None:
    response = signed_in(member).post(address, {"do": "add", "file": sent("../../Päätös, 1.exe", PDF_FILE), "note": "Päätös"})
    assert response.status_code == 302
    row = Attachment.objects.get()
    assert (row.by, row.note, row.file.name) == (member, "Päätös", "Päätös, 1.exe.pdf")
    got = signed_in(reader).get(reverse("adoption:attachment", args=[rollout.public_id, row.public_id]))
    assert got.content == PDF_FILE
    assert got["Content-Type"] == "application/pdf"
    assert got["Content-Disposition"] == "attachment; filename*=UTF-8''P%C3%A4%C3%A4t%C3%B6s%2C%201.exe.pdf"
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in got["Cache-Control"]
    assert AuditEntry.objects.filter(object_type="adoption.attachment", action="create").count() == 1


HOSTILE = {
    "a program renamed pdf": ("raportti.pdf", b"MZ\x90\x00" + b"\x00" * 64),
    "html as txt": ("muistio.txt", b"<html><script>alert(1)</script></html>"),
    "svg as png": ("kuva.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    "a zip bomb as docx": ("pommi.docx", docx(("word/x.bin", b"\x00" * (file_kinds.UNPACKED_AT_MOST + 1)))),
    "macros": ("makro.docx", docx(("word/vbaProject.bin", b"x"))),
    "11 MB": ("iso.pdf", b"%PDF-1.7\n" + b" " * (LARGEST + 1024 * 1024) + b"%%EOF"),
    "empty": ("tyhja.pdf", b""),
    "a name with a null": ("a\x00.pdf", b"MZ\x90\x00"),
}


@pytest.mark.parametrize(("name", "content"), HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_files_are_refused_with_a_reason(address, signed_in, member, name, content) -> None:
    response = signed_in(member).post(address, {"do": "add", "file": sent(name, content)})
    assert response.status_code == 422
    assert response.context["form"].errors["file"]
    assert not StoredFile.objects.exists()
    assert not Attachment.objects.exists()


def test_no_file_is_told(address, signed_in, member) -> None:
    assert signed_in(member).post(address, {"do": "add"}).status_code == 422


def test_only_those_who_work_on_the_item_add(address, item, signed_in, reader, outsider, former, manager, responder) -> None:
    assert signed_in(reader).post(address, {"do": "add", "file": sent("x.pdf", PDF_FILE)}).status_code == 403
    for who in (reader, outsider, former, manager, responder):
        with pytest.raises(PermissionDenied):
            attach_file(by=acting(who), item=item, name="x.pdf", content=PDF_FILE, now=timezone.now())
    assert not StoredFile.objects.exists()


def test_it_is_taken_away_by_who_put_it_or_who_drives(rollout, item, address, signed_in, member, coordinator, colleague) -> None:
    row = attach_file(by=acting(coordinator), item=item, name="x.pdf", content=PDF_FILE, now=timezone.now())
    refused = signed_in(member).post(address, {"do": "remove", "attachment": row.public_id})
    assert refused.status_code == 403
    own = attach_file(by=acting(member), item=item, name="y.pdf", content=PDF_FILE, now=timezone.now())
    assert signed_in(member).post(address, {"do": "remove", "attachment": own.public_id}).status_code == 302
    assert signed_in(coordinator).post(address, {"do": "remove", "attachment": row.public_id}).status_code == 302
    for each in (row, own):
        gone = signed_in(coordinator).get(reverse("adoption:attachment", args=[rollout.public_id, each.public_id]))
        assert gone.status_code == 404
    assert Attachment.objects.filter(removed_at__isnull=False).count() == 2
    for nonsense in ("x", "", "5f1c8a52-6a43-4f6e-9d2a-0c5a1f0f9b11"):
        assert signed_in(coordinator).post(address, {"do": "remove", "attachment": nonsense}).status_code == 404
    with pytest.raises(PermissionDenied):
        remove_attachment(by=acting(colleague), attachment=row, now=timezone.now())


def give(who, rollout, alt) -> None:
    put_cover(by=acting(who), rollout=rollout, alt=alt, name="k", content=png(), now=timezone.now())


class TestCover:
    def address(self, rollout) -> str:
        return reverse("adoption:cover", args=[rollout.public_id])

    def test_an_image_needs_words(self, rollout, signed_in, coordinator) -> None:
        client = signed_in(coordinator)
        image = sent("k.png", png(), "image/png")
        assert (
            client.post(self.address(rollout), {"do": "save", "file": image, "cover_alt_fi": "  ", "cover_alt_sv": "x"}).status_code
            == 422
        )
        with pytest.raises(ValidationError):
            give(coordinator, rollout, {"sv": "x"})
        assert not StoredFile.objects.exists()
        image.seek(0)
        words = {"cover_alt_fi": "Kaksi ihmistä juttelee", "cover_alt_sv": "Två personer samtalar"}
        assert client.post(self.address(rollout), {"do": "save", "file": image, **words}).status_code == 302
        rollout.refresh_from_db()
        assert (rollout.cover.content_type, rollout.cover_alt_fi, rollout.cover_alt_sv) == ("image/png", *words.values())
        page = client.get(self.address(rollout)).content.decode()
        assert 'alt="Kaksi ihmistä juttelee"' in page
        got = client.get(reverse("adoption:cover_image", args=[rollout.public_id]))
        assert (got.content, got["X-Content-Type-Options"]) == (png(), "nosniff")
        assert got["Content-Disposition"].startswith("attachment")

    def test_the_words_are_changed_without_a_new_image(self, rollout, signed_in, coordinator) -> None:
        client = signed_in(coordinator)
        assert client.post(self.address(rollout), {"do": "save", "cover_alt_fi": "Sanat"}).status_code == 422
        put_cover(
            by=acting(coordinator), rollout=rollout, alt={"fi": "Ensin", "sv": "Först"}, name="k", content=png(), now=timezone.now()
        )
        assert (
            client.post(self.address(rollout), {"do": "save", "cover_alt_fi": "Sitten", "cover_alt_sv": "Sedan"}).status_code == 302
        )
        rollout.refresh_from_db()
        assert (rollout.cover_alt_fi, rollout.cover is not None) == ("Sitten", True)
        assert client.post(self.address(rollout), {"do": "remove"}).status_code == 302
        rollout.refresh_from_db()
        assert (rollout.cover, rollout.cover_alt_fi) == (None, "")

    def test_a_document_is_no_image(self, rollout, signed_in, coordinator) -> None:
        data = {"do": "save", "file": sent("k.png", PDF_FILE, "image/png"), "cover_alt_fi": "Kuva"}
        assert signed_in(coordinator).post(self.address(rollout), data).status_code == 422
        assert not StoredFile.objects.exists()

    def test_only_the_driver_gives_it(self, rollout, member, outsider) -> None:
        for who in (member, outsider):
            with pytest.raises(PermissionDenied):
                give(who, rollout, {"fi": "x"})
