"""Paths in files: a round trip without loss, a look before anything changes, and every problem by its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.choices import AuditAction
from accounts.models import AuditEntry, User
from guidance.document import from_json, read_path, to_json
from guidance.exchange import read_file, write_library
from guidance.models import Path, PathVersion
from guidance.operations import starter_paths, take_in_paths
from services.models import County
from tests.conftest import acting
from tests.guidance.desk.conftest import HERE, ROOT
from tests.guidance.making import in_all, small

pytestmark = pytest.mark.django_db
TAKE_IN = f"{ROOT}tuo/"


def chosen(client: Client, content: bytes, kind: str = "yaml") -> Any:
    return client.post(TAKE_IN, {"file": SimpleUploadedFile(f"polut.{kind}", content)})


def confirmed(client: Client, looked: Any) -> Any:
    return client.post(TAKE_IN, {"checked": looked.context["form"]["checked"].value()})


class TestRoundTrip:
    def test_the_starter_paths_come_back_as_they_were(self) -> None:
        found, problems = read_file(write_library(starter_paths()))
        assert not problems
        assert tuple(found) == starter_paths()

    def test_words_that_yaml_could_take_for_something_else(self) -> None:
        words = {"fi": "no", "sv": "12:30", "en": ' "a": {b}\n- c # d\n'}
        raw = small(title=words, keywords={"fi": ["null", "on", "1e3", "# x"]})
        document = read_path(raw)
        assert read_file(write_library([document])) == ([document], [])

    def test_out_and_in_through_the_pages(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        client = signed_in(path_author)
        content = client.get(f"{HERE}vie.yaml").content
        assert client.get(f"{ROOT}vie.yaml").content == content
        assert AuditEntry.objects.filter(action=AuditAction.EXPORT, object_type="guidance.path").count() == 2
        Path.objects.all().delete()
        looked = chosen(client, content)
        assert looked.status_code == 200
        assert "Uusi polku" in looked.content.decode()
        assert not Path.objects.exists()
        assert confirmed(client, looked).status_code == 302
        made = PathVersion.objects.get()
        assert made.text == draft.text
        assert made.state == "draft"
        assert chosen(client, content).context["no_changes"]


class TestTables:
    """The same beside YAML as a flat table (XLSX, CSV)."""

    @pytest.mark.parametrize("kind", ["xlsx", "csv"])
    def test_out_and_in_through_the_pages(self, signed_in: Any, path_author: User, draft: PathVersion, kind: str) -> None:
        client = signed_in(path_author)
        answer = client.get(f"{HERE}vie-taulukkona.{kind}")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="kuume-v1.{kind}"'
        assert client.get(f"{ROOT}vie-kaikki.{kind}").status_code == 200
        assert AuditEntry.objects.filter(action=AuditAction.EXPORT, object_type="guidance.path").count() == 2
        Path.objects.all().delete()
        looked = chosen(client, answer.content, kind)
        assert looked.status_code == 200
        assert not Path.objects.exists()
        assert confirmed(client, looked).status_code == 302
        assert PathVersion.objects.get().text == draft.text
        assert chosen(client, answer.content, kind).context["no_changes"]

    def test_an_empty_plain_text_is_no_change(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        """An editor’s form may have left an empty easy text beside each text: the same path is the same."""
        raw = small()
        for node in raw["nodes"].values():
            node["plain"] = {}
        assert to_json(read_path(raw)) == draft.text
        PathVersion.objects.update(text=draft.text.replace('"type":', '"plain":{},"type":'))
        client = signed_in(path_author)
        content = client.get(f"{HERE}vie-taulukkona.xlsx").content
        assert chosen(client, content, "xlsx").context["no_changes"]

    def test_a_wrong_row_is_told_and_nothing_is_taken_in(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        client = signed_in(path_author)
        content = client.get(f"{HERE}vie-taulukkona.csv").content.decode("utf-8-sig")
        Path.objects.all().delete()
        answer = chosen(client, content.replace("call_112", "taikuus").encode(), "csv")
        assert answer.status_code == 422
        assert "taikuus" in answer.content.decode()
        assert answer.context["problems"][0].place.startswith("rivi ")
        assert chosen(client, b"PK\x03\x04rikki", "xlsx").status_code == 422
        assert not Path.objects.exists()

    def test_no_other_kind_and_nobody_else(self, signed_in: Any, path_author: User, outsider: User, draft: PathVersion) -> None:
        assert signed_in(path_author).get(f"{HERE}vie-taulukkona.exe").status_code == 404
        assert signed_in(outsider).get(f"{HERE}vie-taulukkona.xlsx").status_code == 403
        assert signed_in(outsider).get(f"{ROOT}vie-kaikki.xlsx").status_code == 403


class TestTakingIn:
    def test_a_change_is_shown_and_becomes_a_draft(self, signed_in: Any, path_author: User, version: PathVersion) -> None:
        client = signed_in(path_author)
        content = write_library([read_path(small(title=in_all("Kuume ja vilu")))])
        looked = chosen(client, content)
        assert "ja vilu" in looked.content.decode()
        assert PathVersion.objects.count() == 1
        assert confirmed(client, looked).status_code == 302
        assert PathVersion.objects.latest("number").title["fi"] == "Kuume ja vilu"
        assert PathVersion.objects.current().get() == version

    def test_a_draft_is_never_written_over(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        content = write_library([read_path(small(slug="uni")), read_path(small(title=in_all("Muu")))])
        answer = chosen(signed_in(path_author), content)
        assert answer.status_code == 422
        assert "kuume" in answer.content.decode()
        assert [path.slug for path in Path.objects.all()] == ["kuume"]

    def test_every_problem_has_its_place_and_nothing_changes(self, signed_in: Any, path_author: User, county: County) -> None:
        first, second, third = small(slug="yksi"), small(slug="kaksi"), small(slug="kolme")
        first["nodes"]["q1"]["options"][1]["nxt"] = "x"
        second["nodes"]["o_chat"]["kind"] = "teleport"
        third["review_months"] = "kaksitoista"
        file = yaml_of([first, second, third, small(slug="Iso Nimi"), small(slug="ok"), "ei"])
        answer = chosen(signed_in(path_author), file)
        assert answer.status_code == 422
        places = [problem.place for problem in answer.context["problems"]]
        assert places == [
            "yksi: nodes.q1.options[1]",
            "kaksi: nodes.o_chat.kind",
            "kolme: review_months",
            "Iso Nimi: slug",
            "polku 6",
        ]
        words = " ".join(problem.what for problem in answer.context["problems"])
        assert "nxt" in words
        assert "teleport" in words
        assert "Expected" not in words
        assert "Invalid" not in words
        assert not Path.objects.exists()

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"\xff\xfe", "UTF-8"),
            (b"paths: [", "rivi"),
            (b"muuta: 1", "paths"),
            (b"paths: []", "paths"),
            (b"a: &x [1]\npaths: [*x]", "Viittauksia"),
            (b"paths:\n  - slug: a\n    slug: b", "kahdesti"),
            (b"paths: !!python/object/apply:os.system ['true']", "YAML"),
            (b"paths: " + b"[" * 3000, "YAML"),
        ],
        ids=["bytes", "syntax", "other", "empty", "alias", "twice", "code", "deep"],
    )
    def test_a_file_that_is_none(self, signed_in: Any, path_author: User, county: County, content: bytes, words: str) -> None:
        answer = chosen(signed_in(path_author), content)
        assert answer.status_code == 422
        assert words in answer.content.decode()

    def test_what_cannot_be_seen_is_refused(self) -> None:
        found, problems = read_file(write_library([read_path(small(title={"fi": "Ku\u202eume"}))]))
        assert not found
        assert [problem.place for problem in problems] == ["kuume: title.fi"]

    def test_another_file_than_the_one_that_was_looked_at_is_refused(
        self, signed_in: Any, path_author: User, county: County
    ) -> None:
        answer = signed_in(path_author).post(TAKE_IN, {"checked": "väärä:merkki"})
        assert answer.status_code == 422
        assert not Path.objects.exists()

    def test_only_authors_take_paths_in(self, reader: User, county: County) -> None:
        with pytest.raises(PermissionDenied):
            take_in_paths(by=acting(reader), county=county, documents=[read_path(small())])


def yaml_of(paths: list[Any]) -> bytes:
    """JSON is YAML too, and has no references."""
    return json.dumps({"paths": paths}, ensure_ascii=False).encode()


def test_an_exported_version_is_the_one_that_was_asked_for(signed_in: Any, path_author: User, version: PathVersion) -> None:
    content = signed_in(path_author).get(f"{HERE}vie.yaml?versio=1").content
    assert read_file(content)[0] == [from_json(version.text)]
