"""A version on its way: approval by another person, publishing, going back, restoring, and a path that retires."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, OutgoingMail, User
from guidance.choices import PathState
from guidance.document import from_json, read_path
from guidance.models import ApprovalRequest, Path, PathVersion
from guidance.operations import (
    begin_draft,
    create_path,
    delete_draft,
    publish_version,
    restore_version,
    retire_path,
    return_to_author,
    save_draft,
    send_for_approval,
)
from guidance.operations.approvers import tell_approvers
from services.models import County
from tests.conftest import acting
from tests.guidance.conftest import Publish
from tests.guidance.desk.conftest import HERE
from tests.guidance.making import in_all, small

pytestmark = pytest.mark.django_db
MOVE = f"{HERE}siirra/"


def pressed(client: Client, version: PathVersion, do: str, **more: Any) -> Any:
    version.refresh_from_db()
    return client.post(MOVE, {"do": do, "number": version.number, "version": version.version, **more})


class TestApproval:
    def test_from_the_author_over_another_person_to_residents(
        self, client: Client, signed_in: Any, path_author: User, main_user: User, draft: PathVersion
    ) -> None:
        author, other = signed_in(path_author), signed_in(main_user)
        assert pressed(author, draft, "ask").status_code == 302
        assert "Palauta tekijälle" in other.get(HERE).content.decode()
        assert pressed(other, draft, "return", words="Lisää linkki.").status_code == 302
        assert "Lisää linkki." in author.get(HERE).content.decode()
        assert pressed(author, draft, "ask").status_code == 302
        assert pressed(other, draft, "approve").status_code == 302
        assert client.get("/fi/apuri/kuume/").status_code == 404
        assert pressed(author, draft, "publish").status_code == 302
        assert client.get("/fi/apuri/kuume/").status_code == 200

    def test_an_author_cannot_approve_her_own(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        author = signed_in(path_author)
        assert 'value="approve"' not in author.get(HERE).content.decode()
        answer = pressed(author, draft, "approve")
        assert answer.status_code == 422
        draft.refresh_from_db()
        assert draft.state == PathState.DRAFT
        with pytest.raises(ValidationError) as refused:
            return_to_author(by=acting(path_author), version=draft, seen=draft.version, words="x", now=timezone.now())
        assert refused.value.code == "own"

    def test_a_health_path_is_not_published_without_it(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        answer = pressed(signed_in(path_author), draft, "publish")
        assert answer.status_code == 422
        assert "vasta kun" in answer.content.decode() or "hyväksynyt" in answer.content.decode()

    def test_findings_keep_it_from_being_published(
        self, signed_in: Any, path_author: User, county: County, draft: PathVersion
    ) -> None:
        raw = small(slug="kuume", health=False, walks=[{"answers": ["kylla"], "outcome": "o_self"}])
        saved = save_draft(by=acting(path_author), version=draft, document=read_path(raw), seen=draft.version)
        answer = pressed(signed_in(path_author), saved, "publish")
        assert answer.status_code == 422
        assert "walk 1" in answer.context["refused"][0]
        saved.refresh_from_db()
        assert saved.state == PathState.DRAFT

    def test_a_return_needs_words_and_a_request(self, path_author: User, main_user: User, draft: PathVersion) -> None:
        now = timezone.now()
        with pytest.raises(ValidationError) as refused:
            return_to_author(by=acting(main_user), version=draft, seen=draft.version, words="Korjaa.", now=now)
        assert refused.value.code == "state"
        send_for_approval(by=acting(path_author), version=draft, seen=draft.version, now=now)
        for words, code in (("  ", "empty"), ("a\u202eb", "characters")):
            with pytest.raises(ValidationError) as refused:
                return_to_author(by=acting(main_user), version=draft, seen=draft.version, words=words, now=now)
            assert refused.value.code == code

    def test_an_old_page_moves_nothing(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        author = signed_in(path_author)
        save_draft(by=acting(path_author), version=draft, document=from_json(draft.text), seen=draft.version)
        answer = author.post(MOVE, {"do": "ask", "number": 1, "version": draft.version})
        assert answer.status_code == 409
        assert not ApprovalRequest.objects.exists()

    def test_requests_are_seen_by_those_who_write(self, path_author: User, reader: User, draft: PathVersion) -> None:
        send_for_approval(by=acting(path_author), version=draft, seen=draft.version, now=timezone.now())
        assert ApprovalRequest.objects.readable_by(acting(path_author)).exists()
        assert not ApprovalRequest.objects.readable_by(acting(reader)).exists()


class TestLetters:
    def asked(self, by: User, draft: PathVersion) -> None:
        draft.refresh_from_db()
        send_for_approval(by=acting(by), version=draft, seen=draft.version, now=timezone.now())

    def test_who_may_approve_gets_one_letter_without_a_word_of_the_path(
        self, path_author: User, main_user: User, responder: User, outsider: User, county: County, draft: PathVersion
    ) -> None:
        User.objects.filter(pk=main_user.pk).update(language="sv")
        self.asked(path_author, draft)
        self.asked(path_author, draft)
        letter = OutgoingMail.objects.get()
        assert (letter.to, letter.county) == (main_user.email, county.code)
        assert letter.subject == "En vägledningsstig väntar på ditt godkännande"
        assert f"/sv/ohjauspolut/polku/kuume/?versio={draft.number}" in letter.body
        assert "Kuume" not in f"{letter.subject}{letter.body}"

    def test_who_has_written_a_part_or_is_gone_gets_none(self, path_author: User, main_user: User, draft: PathVersion) -> None:
        save_draft(by=acting(main_user), version=draft, document=from_json(draft.text), seen=draft.version)
        self.asked(path_author, draft)
        assert not OutgoingMail.objects.exists()
        User.objects.filter(pk=main_user.pk).update(is_active=False)
        PathVersion.objects.update(writers=[path_author.pk])
        self.asked(path_author, draft)
        assert not OutgoingMail.objects.exists()

    def test_one_that_came_back_is_told_of_anew(self, path_author: User, main_user: User, draft: PathVersion) -> None:
        self.asked(path_author, draft)
        draft.refresh_from_db()
        return_to_author(by=acting(main_user), version=draft, seen=draft.version, words="Korjaa.", now=timezone.now())
        self.asked(path_author, draft)
        self.asked(path_author, draft)
        assert OutgoingMail.objects.count() == 2
        draft.refresh_from_db()
        save_draft(by=acting(path_author), version=draft, document=from_json(draft.text), seen=draft.version)
        self.asked(path_author, draft)
        assert OutgoingMail.objects.count() == 3

    @pytest.mark.parametrize("who", ["responder", "reader", "outsider"])
    def test_nobody_else_sends_letters(self, request: pytest.FixtureRequest, main_user: User, draft: PathVersion, who: str) -> None:
        with pytest.raises(PermissionDenied):
            tell_approvers(by=acting(request.getfixturevalue(who)), version=draft, now=timezone.now())
        assert not OutgoingMail.objects.exists()


class TestRefusals:
    @pytest.mark.parametrize("who", ["responder", "supervisor", "manager", "reader", "outsider", "former"])
    def test_nobody_else_moves_anything(self, request: pytest.FixtureRequest, draft: PathVersion, who: str) -> None:
        by, now = acting(request.getfixturevalue(who)), timezone.now()
        with pytest.raises(PermissionDenied):
            send_for_approval(by=by, version=draft, seen=draft.version, now=now)
        with pytest.raises(PermissionDenied):
            return_to_author(by=by, version=draft, seen=draft.version, words="x", now=now)
        with pytest.raises(PermissionDenied):
            delete_draft(by=by, version=draft, seen=draft.version)
        with pytest.raises(PermissionDenied):
            restore_version(by=by, version=draft)
        with pytest.raises(PermissionDenied):
            retire_path(by=by, path=draft.path, to=None, now=now)


class TestOldVersions:
    def test_an_old_version_comes_back_as_a_new_draft(
        self, signed_in: Any, path_author: User, publish: Publish, version: PathVersion
    ) -> None:
        publish(small(title=in_all("Kuume uusi")))
        author = signed_in(path_author)
        assert "Palauta uudeksi luonnokseksi" in author.get(HERE).content.decode()
        old = author.get(f"{HERE}?versio=1").content.decode()
        assert old.count('value="restore"') == 2 and 'value="begin"' not in old, "what she looks at comes back, not the newest"
        assert pressed(author, version, "restore").status_code == 302
        newest = PathVersion.objects.latest("number")
        assert (newest.number, newest.state) == (3, PathState.DRAFT)
        assert newest.text == version.text
        assert newest.writers == [path_author.pk]
        assert pressed(author, version, "restore").status_code == 422

    def test_the_difference_tells_words_and_nodes(
        self, signed_in: Any, reader: User, publish: Publish, version: PathVersion
    ) -> None:
        raw = small()
        raw["nodes"]["q1"]["text"]["fi"] = "Onko nyt hätä?"
        raw["nodes"]["o_new"] = {"type": "outcome", "kind": "self_care", "text": in_all("Uusi ohje.")}
        raw["nodes"]["q2"]["options"][0]["next"] = "o_new"
        del raw["nodes"]["o_self"], raw["walks"]
        publish(raw)
        answer = signed_in(reader).get(f"{HERE}erot/?a=1&b=2")
        kinds = {change.key: change.kind for change in answer.context["changes"]}
        assert kinds == {"": "changed", "q1": "changed", "q2": "changed", "o_new": "new", "o_self": "gone"}
        assert "<ins>nyt </ins>" in answer.content.decode()
        assert signed_in(reader).get(f"{HERE}erot/?a=1&b=9").status_code == 404
        assert signed_in(reader).get(f"{HERE}erot/?a=x").status_code == 404

    def test_a_draft_is_deleted_after_asking(self, signed_in: Any, path_author: User, version: PathVersion) -> None:
        author = signed_in(path_author)
        assert author.get(f"{HERE}poista-luonnos/").status_code == 404
        pressed(author, version, "begin")
        draft = PathVersion.objects.latest("number")
        assert "häviää" in author.get(f"{HERE}poista-luonnos/").content.decode()
        assert PathVersion.objects.count() == 2
        assert author.post(f"{HERE}poista-luonnos/", {"version": draft.version + 1}).status_code == 422
        assert author.post(f"{HERE}poista-luonnos/", {"version": draft.version}).status_code == 302
        assert PathVersion.objects.get() == version

    def test_a_path_that_was_never_published_goes_with_its_draft(self, path_author: User, draft: PathVersion) -> None:
        assert delete_draft(by=acting(path_author), version=draft, seen=draft.version) is True
        assert not Path.objects.exists()
        assert AuditEntry.objects.filter(object_type="guidance.path", action="delete").exists()

    def test_the_published_version_is_no_draft(self, path_author: User, version: PathVersion) -> None:
        version.refresh_from_db()
        with pytest.raises(ValidationError) as refused:
            delete_draft(by=acting(path_author), version=version, seen=version.version)
        assert refused.value.code == "state"


class TestRetiring:
    def test_residents_are_led_to_the_other_path(
        self, client: Client, signed_in: Any, path_author: User, publish: Publish, version: PathVersion
    ) -> None:
        publish(small(slug="flunssa", title=in_all("Flunssa")))
        author = signed_in(path_author)
        assert "Flunssa" in author.get(f"{HERE}lopeta/").content.decode()
        assert client.get("/fi/apuri/kuume/").status_code == 200
        assert author.post(f"{HERE}lopeta/", {"to": "flunssa"}).status_code == 302
        assert client.get("/fi/apuri/kuume/")["Location"] == "/fi/apuri/flunssa/"
        assert client.get("/fi/apuri/kuume/v1/?p=ei")["Location"] == "/fi/apuri/flunssa/"
        assert "Poissa asukkailta" in author.get(HERE).content.decode()
        draft = begin_draft(by=acting(path_author), path=version.path)
        plain = read_path(small(health=False))
        saved = save_draft(by=acting(path_author), version=draft, document=plain, seen=draft.version)
        publish_version(by=acting(path_author), version=saved, seen=saved.version, now=timezone.now())
        assert client.get("/fi/apuri/kuume/").status_code == 200

    def test_a_chain_is_followed_and_a_circle_ends(
        self, client: Client, path_author: User, publish: Publish, version: PathVersion
    ) -> None:
        by, now = acting(path_author), timezone.now()
        second = publish(small(slug="toka", title=in_all("Toka"))).path
        third = publish(small(slug="kolmas", title=in_all("Kolmas"))).path
        retire_path(by=by, path=version.path, to=second, now=now)
        retire_path(by=by, path=second, to=third, now=now)
        assert client.get("/fi/apuri/kuume/")["Location"] == "/fi/apuri/kolmas/"
        retire_path(by=by, path=third, to=None, now=now)
        assert client.get("/fi/apuri/kuume/").status_code == 404

    def test_only_another_published_path_of_the_county_takes_its_place(
        self, signed_in: Any, path_author: User, county: County, other_county: County, version: PathVersion
    ) -> None:
        by, now = acting(path_author), timezone.now()
        draft = create_path(by=by, county=county, document=read_path(small(slug="luonnos"))).path
        strange = Path.objects.create(county=other_county, slug="vieras")
        for to in (version.path, draft, strange):
            with pytest.raises(ValidationError) as refused:
                retire_path(by=by, path=version.path, to=to, now=now)
            assert refused.value.code == "redirect"
        assert signed_in(path_author).post(f"{HERE}lopeta/", {"to": "vieras"}).status_code == 422
        assert Path.objects.get(pk=version.path_id).withdrawn_at is None

    def test_owner_and_review_day(self, signed_in: Any, path_author: User, reader: User, version: PathVersion) -> None:
        author, path = signed_in(path_author), Path.objects.get()
        given = {"version": path.version, "owner": path_author.pk, "review_on": "2030-01-02"}
        assert author.post(f"{HERE}vastuut/", given).status_code == 302
        assert str(Path.objects.get().review_on) == "2030-01-02"
        assert author.post(f"{HERE}vastuut/", {**given, "owner": reader.pk}).status_code == 422
        assert author.post(f"{HERE}vastuut/", given).status_code == 422
