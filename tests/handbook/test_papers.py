"""The whole handbook as one PDF: laid out once for each content, one at a time, and never more files than are kept."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import tinyhtml5
from django.contrib.messages import get_messages
from django.test import Client
from tinyhtml5 import inputstream

from accounts.models import User
from handbook.exports import papers
from handbook.models import Chapter
from services.models import ContactPoint, County, Service
from tests.handbook.conftest import Publish
from tests.handbook.hostile import inside_pdf

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]
ROOT = "/fi/kasikirja/"
PDF = f"{ROOT}kasikirja.pdf"


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path / "papers"


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.pdf"))


def test_the_same_content_is_laid_out_once(folder: Path, publish: Publish, reader: User, signed_in: SignedIn) -> None:
    publish("Ensimmäinen teksti.")
    client = signed_in(reader)
    assert client.get(PDF).content.startswith(b"%PDF-")
    [first] = kept(folder)
    first.write_bytes(b"%PDF-kept")
    assert client.get(PDF).content == b"%PDF-kept"
    assert client.get(PDF.replace("/fi/", "/sv/")).content != b"%PDF-kept"  # each language has its own
    publish("Toinen teksti.")
    assert client.get(PDF).content.startswith(b"%PDF-1")  # and each version
    assert len(kept(folder)) == 3
    assert not list(folder.glob("*.new"))


def test_who_comes_while_one_is_laid_out_holds_no_thread(folder: Path, publish: Publish, reader: User, signed_in: SignedIn) -> None:
    publish("Teksti.")
    client = signed_in(reader)
    with papers._layout:
        answer = client.get(PDF)
    assert (answer.status_code, answer["Location"]) == (302, f"{ROOT}kaikki/")
    assert [str(each) for each in get_messages(answer.wsgi_request)] == [
        "PDF-tiedostoa tehdään juuri. Yritä hetken kuluttua uudelleen tai tulosta tämä sivu."
    ]
    assert not kept(folder)
    assert client.get(PDF).status_code == 200


def test_the_oldest_go(folder: Path, publish: Publish, reader: User, signed_in: SignedIn) -> None:
    publish("Teksti.")
    folder.mkdir()
    for number in range(papers.KEPT + 3):
        (folder / f"{number}.pdf").write_bytes(b"old")
    assert signed_in(reader).get(PDF).status_code == 200
    assert len(kept(folder)) == papers.KEPT


def test_a_folder_that_cannot_be_written_harms_nobody(folder: Path, publish: Publish, reader: User, signed_in: SignedIn) -> None:
    publish("Teksti.")
    folder.write_bytes(b"a file where the folder should be")
    assert signed_in(reader).get(PDF).content.startswith(b"%PDF-")


def test_links_to_pages_of_the_portal_are_whole_on_paper(
    folder: Path, publish: Publish, service: Service, reader: User, signed_in: SignedIn, settings: Any
) -> None:
    settings.PUBLIC_ADDRESS = "https://neuvo.test"
    publish(f"[Chat](palvelu:{service.key}) ja [luku](luku:security)")
    content = inside_pdf(signed_in(reader).get(PDF).content)
    found = set(re.findall(rb"/URI ?\((.*?)\)", content))
    assert {each.rpartition(b"/fi/")[2] for each in found} == {f"palvelu/{service.key}/".encode()}
    assert all(each.startswith(b"https://") for each in found)
    assert b"luku-security" in content, "a chapter is a place inside the paper"


def test_what_is_true_of_the_service_now_is_in_it(
    folder: Path, publish: Publish, service: Service, county: County, reader: User, signed_in: SignedIn
) -> None:
    point = ContactPoint.objects.create(county=county, key="tuki", name_fi="Vastaajien tuki", kind="phone", value="044 765 4321")
    Service.objects.filter(pk=service.pk).update(responder_support=point)
    Chapter.objects.update(key="problem_situations")
    publish("Toimi näin.")
    page = signed_in(reader).get("/fi/kasikirja/kaikki/").content.decode()
    assert "Häiriöitä ei ole." in page and "Vastaajien tuki" in page and 'href="tel:0447654321"' in page
    assert "ajan tasalla" not in page, "what is printed ages, and tells of which day it is"
    client = signed_in(reader)
    first = client.get(PDF).content
    assert len(kept(folder)) == 1
    ContactPoint.objects.update(value="044 000 1111")
    assert client.get(PDF).content != first, "a number that has changed makes a new paper"
    assert len(kept(folder)) == 2


def test_a_word_without_end_stays_on_the_paper(folder: Path, publish: Publish, reader: User, signed_in: SignedIn) -> None:
    """A long address or a word that fits no line goes on to the next one: on paper nothing can be scrolled to."""
    address = "https://alue.test/" + "polku-" * 40
    publish(f"Katso {address}loppu\n\n- luettelossa {'x' * 200}loppu\n\n```\n{'koodia ' * 40}loppu\n```\n\n`{'y' * 200}`")
    if (reads := shutil.which("pdftotext")) is None:
        pytest.skip("pdftotext is missing (apt-get install poppler-utils)")
    answer = signed_in(reader).get(PDF)
    paper = folder.parent / "paper.pdf"
    paper.write_bytes(answer.content)
    told = subprocess.run([reads, "-bbox", paper, "-"], capture_output=True, text=True, check=True).stdout
    width = float(re.search(r'page width="([\d.]+)"', told)[1])
    words = re.findall(r'xMin="([\d.]+)"[^>]* xMax="([\d.]+)"[^>]*>([^<]+)<', told)
    assert len(words) > 50
    assert [word for _left, right, word in words if float(right) > width] == []


def test_the_patterns_of_the_parser_read_the_same_page(monkeypatch: pytest.MonkeyPatch) -> None:
    page = "<!doctype html><html lang=fi><title>A &amp; B</title><p class='x'>Å&nbsp;<br>a<b>ä\n</b> <!-- c --><td>1</html>"
    expected = ElementTree.tostring(tinyhtml5.parse(page))
    assert hasattr(inputstream, "characters_until_regex")  # a newer version may need no help
    patterns = papers._Patterns()
    monkeypatch.setattr(inputstream, "characters_until_regex", patterns)
    assert ElementTree.tostring(tinyhtml5.parse(page)) == expected
    made = dict(patterns)
    assert made and all(isinstance(characters, frozenset | tuple | str) for characters, _opposite in made)
    tinyhtml5.parse(page)
    assert dict(patterns) == made
