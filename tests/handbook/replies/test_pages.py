"""The pages of quick replies, their files, and proposals: who comes in, what is translated, what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import tablib
import yaml
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import System
from accounts.models import User
from handbook.choices import ProposalState, ReplyScope
from handbook.models import QuickReply, ReplyProposal
from handbook.operations import accept_proposal, approve_reply, change_reply, create_reply, decline_proposal, propose_reply
from handbook.resources.replies import ReplyTable, read_yaml, write_yaml
from handbook.views.replies_exchange import problems_of
from services.models import County, Queue, Service
from services.resources.files import read_file, write_file
from tests.conftest import acting
from tests.handbook.conftest import PORTAL
from tests.handbook.replies.conftest import MakeReply, unsaved

pytestmark = [pytest.mark.django_db]
LIST = "handbook:replies"
SignIn = Callable[..., Client]


def page(client: Client, name: str, *args: object, **data: str) -> str:
    answer = client.get(reverse(name, args=args), data)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


class TestList:
    def test_filters_show_what_needs_doing(
        self, make_reply: MakeReply, main_user: User, service: Service, signed_in: SignIn
    ) -> None:
        today = timezone.localdate()
        make_reply("/valmis", text_en="Hi!")
        make_reply("/odottaa", approve=False)
        make_reply("/ruotsitta", text_sv="")
        QuickReply.objects.filter(shortcut="/valmis").update(used_on=today)
        QuickReply.objects.filter(shortcut="/odottaa").update(review_date=today - timedelta(days=1))
        make_reply("/palvelun", services=[service])
        client = signed_in(main_user)

        def shown(**data: str) -> set[str]:
            text = page(client, LIST, **data)
            return {code for code in ("/valmis", "/odottaa", "/ruotsitta", "/palvelun") if f'nlr-code">{code}<' in text}

        assert shown() == {"/valmis", "/odottaa", "/ruotsitta", "/palvelun"}
        assert shown(nayta="waiting") == {"/odottaa"}
        assert shown(nayta="gaps") == {"/odottaa", "/ruotsitta", "/palvelun"}
        assert "/valmis" not in shown(nayta="unused")
        assert shown(nayta="review") == {"/odottaa"}
        assert shown(palvelu=service.key) == {"/palvelun"}
        assert shown(q="ruotsitta") == {"/ruotsitta"}
        assert "Ruotsi puuttuu" in page(client, LIST)
        assert "Tarjolla" not in page(client, LIST)
        QuickReply.objects.filter(shortcut="/valmis").update(valid_from=today + timedelta(days=1))
        assert "alkaen</span>" in page(client, LIST)
        QuickReply.objects.filter(shortcut="/valmis").update(valid_from=None, valid_until=today - timedelta(days=1))
        assert "Oli tarjolla" in page(client, LIST)

    def test_an_outsider_is_refused_and_sees_no_reply(self, make_reply: MakeReply, outsider: User, signed_in: SignIn) -> None:
        reply = make_reply()
        assert signed_in(outsider).get(reverse(LIST)).status_code == 403
        at_home = signed_in(outsider, host="toinen.test")
        assert reply.shortcut not in at_home.get(reverse(LIST)).content.decode()
        for name in ("handbook:reply", "handbook:reply_move"):
            assert at_home.post(reverse(name, args=[reply.public_id]), {"do": "retire"}).status_code == 404
        reply.refresh_from_db()
        assert reply.retired_at is None

    def test_printed_for_phone_and_e_mail(self, make_reply: MakeReply, responder: User, signed_in: SignIn) -> None:
        words = {"text_fi": "Soita {{phone:asiakasohjaus}}.", "text_sv": "Ring {{phone:asiakasohjaus}}."}
        make_reply(**words)
        make_reply("/kesken", approve=False)
        text = page(signed_in(responder), "handbook:replies_print")
        assert "Soita 044 000 0000." in text
        assert "/kesken" not in text
        assert "Ring 044 000 0000." in page(signed_in(responder), "handbook:replies_print", kieli="sv")

    def test_near_ones_are_told(self, make_reply: MakeReply, main_user: User, signed_in: SignIn) -> None:
        make_reply("/a", text_fi="Selvitän asiaa ja palaan sinulle muutaman minuutin kuluessa.")
        make_reply("/b", text_fi="Selvitän asiaa ja palaan sinulle viiden minuutin kuluessa.")
        text = page(signed_in(main_user), "handbook:replies_near")
        assert "/a" in text and "/b" in text and "% samaa" in text


class TestForm:
    def values(self, **more: object) -> dict[str, object]:
        return {
            "shortcut": "/uusi",
            "scope": "common",
            "category": "other",
            "audience": "resident",
            "title_fi": "Uusi",
            "text_fi": "Noin {{minutes}} minuuttia.",
            "text_sv": "Ungefär {{minutes}} minuter.",
            **more,
        }

    def test_the_preview_warns_of_a_placeholder_that_nothing_fills(self, main_user: User, signed_in: SignIn) -> None:
        client = signed_in(main_user)
        texts = {f"text_{code}": "{{minutes}} {{etunimi}} {{phone:ei_ole}} {{minutes" for code in ("fi", "sv")}
        seen = client.post(reverse("handbook:reply_new"), self.values(preview="1", **texts)).content.decode()
        assert seen.count("Tätä täydennystä ei täytä mikään: etunimi, phone:ei_ole.") == 2
        calm = client.post(reverse("handbook:reply_new"), self.values(preview="1")).content.decode()
        assert "ei täytä mikään" not in calm

    def test_made_previewed_approved_retired_and_brought_back(self, county: County, main_user: User, signed_in: SignIn) -> None:
        client = signed_in(main_user)
        seen = client.post(reverse("handbook:reply_new"), self.values(preview="1")).content.decode()
        assert "Noin 10 minuuttia." in seen
        assert not QuickReply.objects.exists()
        client.post(reverse("handbook:reply_new"), self.values())
        reply = QuickReply.objects.get()
        assert reply.approved_at is None
        door = reverse("handbook:reply_move", args=[reply.public_id])
        for do, field, there in (
            ("approve", "approved_at", True),
            ("retire", "retired_at", True),
            ("restore", "retired_at", False),
        ):
            client.post(door, {"do": do})
            reply.refresh_from_db()
            assert (getattr(reply, field) is not None) == there

    def test_a_refusal_keeps_what_was_written(self, county: County, main_user: User, signed_in: SignIn) -> None:
        answer = signed_in(main_user).post(reverse("handbook:reply_new"), self.values(text_sv="Utan fält."))
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "Utan fält." in text and "Kielissä on eri täydennyskohdat: minutes." in text

    def test_a_stale_save_shows_both(self, make_reply: MakeReply, main_user: User, signed_in: SignIn) -> None:
        reply = make_reply()
        answer = signed_in(main_user).post(
            reverse("handbook:reply", args=[reply.public_id]), self.values(shortcut="/hei", version=str(reply.version - 1))
        )
        assert answer.status_code == 409
        assert "Hei! Miten voin auttaa?" in answer.content.decode()

    def test_two_editors_see_what_differs_and_the_second_decides(
        self, make_reply: MakeReply, main_user: User, signed_in: SignIn
    ) -> None:
        reply, client = make_reply(text_fi="Odota hetki, luen viestisi.", text_sv=""), signed_in(main_user)
        address, mine = reverse("handbook:reply", args=[reply.public_id]), "Odota tovi, luen viestisi."
        sent = self.values(
            shortcut="/hei", version=str(reply.version), title_fi=reply.title_fi, text_fi=mine, text_sv="", text_en=""
        )
        change_reply(
            by=PORTAL, reply=reply, values={"text_fi": "Odota hetki, luen kaiken."}, version=reply.version, now=timezone.now()
        )
        clash = client.post(address, sent)
        assert clash.status_code == 409
        told = clash.content.decode()
        assert "<ins>kaiken.</ins>" in told and "<ins>hetki,</ins>" in told
        assert "<del>tovi,</del>" in told and "<del>viestisi.</del>" in told
        assert "Vain tallennetussa:" in told and "Vain sinun tekstissäsi:" in told
        reply.refresh_from_db()
        assert reply.text_fi == "Odota hetki, luen kaiken.", "nothing is overwritten"
        again = re.search(r'name="version" value="(\d+)"[^>]*id="id_version"', told)
        assert again
        assert client.post(address, {**sent, "version": again[1]}).status_code == 302
        reply.refresh_from_db()
        assert reply.text_fi == mine

    def test_the_owner_and_the_day_of_review_are_chosen(
        self, make_reply: MakeReply, main_user: User, responder: User, outsider: User, signed_in: SignIn
    ) -> None:
        reply, client, day = make_reply(), signed_in(main_user), timezone.localdate() + timedelta(days=40)
        address = reverse("handbook:reply", args=[reply.public_id])
        sent = self.values(shortcut="/hei", version=str(reply.version), owner=str(responder.pk), review_date=day.isoformat())
        assert client.post(address, {**sent, "approve": "on"}).status_code == 302
        reply.refresh_from_db()
        assert (reply.owner, reply.review_date, reply.is_approved) == (responder, day, True)
        approve_reply(by=acting(main_user), reply=reply, version=None, now=timezone.now())
        reply.refresh_from_db()
        assert reply.review_date == timezone.localdate() + timedelta(days=365), "an approval renews a day that stood there"
        assert client.post(address, {**sent, "version": str(reply.version), "owner": str(outsider.pk)}).status_code == 422
        with pytest.raises(ValidationError) as refused:
            change_reply(by=acting(main_user), reply=reply, values={"owner": outsider}, version=None, now=timezone.now())
        assert set(refused.value.error_dict) == {"owner"}

    def test_the_slash_of_a_code_may_be_left_out(self, main_user: User, signed_in: SignIn) -> None:
        assert signed_in(main_user).post(reverse("handbook:reply_new"), self.values(shortcut="uusi")).status_code == 302
        assert QuickReply.objects.get().shortcut == "/uusi"

    def test_who_writes_nearly_what_is_in_use_is_told(self, make_reply: MakeReply, main_user: User, signed_in: SignIn) -> None:
        make_reply("/hetki", text_fi="Selvitän asiaa ja palaan sinulle muutaman minuutin kuluessa.")
        make_reply("/muu", text_fi="Voit hakea tukea hyvinvointialueelta kirjallisella hakemuksella.")
        texts = {"text_fi": "Selvitän asiaa ja palaan sinulle viiden minuutin kuluessa.", "text_sv": "Jag tar reda på saken."}
        made = signed_in(main_user).post(reverse("handbook:reply_new"), self.values(**texts), follow=True).content.decode()
        assert "Lähes sama teksti on jo käytössä: /hetki." in made
        texts = {"text_fi": "Kerro ensin, missä kunnassa asut.", "text_sv": "Berätta först i vilken kommun du bor."}
        other = self.values(shortcut="/toinen", **texts)
        made = signed_in(main_user).post(reverse("handbook:reply_new"), other, follow=True).content.decode()
        assert "/toinen" in made and "Lähes sama" not in made

    def test_a_responder_makes_her_own_and_reads_the_common_ones(
        self, make_reply: MakeReply, responder: User, signed_in: SignIn
    ) -> None:
        common = make_reply()
        client = signed_in(responder)
        client.post(reverse("handbook:reply_new"), self.values(shortcut="/oma"))
        own = QuickReply.objects.get(shortcut="/oma")
        assert (own.scope, own.person) == (ReplyScope.PERSONAL, responder)
        assert "Hei! Miten voin auttaa?" in page(client, "handbook:reply", common.public_id)
        assert client.post(reverse("handbook:reply", args=[common.public_id]), self.values()).status_code == 403

    def test_a_supervisor_is_offered_her_own_services_only(
        self, supervisor: User, service: Service, second_service: Service, queue: Queue, signed_in: SignIn
    ) -> None:
        client = signed_in(supervisor)
        text = page(client, "handbook:reply_new")
        assert str(service) in text and str(second_service) not in text
        client.post(reverse("handbook:reply_new"), self.values(scope="service", services=[service.pk], approve="1"))
        assert QuickReply.objects.get().is_approved
        refused = client.post(
            reverse("handbook:reply_new"), self.values(shortcut="/x", scope="service", services=[second_service.pk])
        )
        assert refused.status_code == 422


class TestProposals:
    def make(self, by: User, county: County, service: Service | None = None) -> ReplyProposal:
        return propose_reply(
            by=acting(by), county=county, service=service, language="fi", title="Neuvo", text="Hyvä neuvo.", now=timezone.now()
        )

    def test_accepted_in_words_that_were_checked(
        self, responder: User, main_user: User, county: County, service: Service, signed_in: SignIn
    ) -> None:
        proposal = self.make(responder, county, service)
        door = reverse("handbook:reply_proposal", args=[proposal.public_id])
        client = signed_in(main_user)
        assert "Hyvä neuvo." in client.get(door).content.decode()
        client.post(door, TestForm().values(text_fi="Parempi neuvo.", text_sv="Ett bättre råd."))
        proposal.refresh_from_db()
        assert proposal.state == ProposalState.ACCEPTED
        assert proposal.reply.text_fi == "Parempi neuvo." and proposal.reply.is_approved
        assert "Otettu käyttöön" in page(signed_in(responder), LIST)
        assert signed_in(responder).get(door).status_code == 404

    def test_declined_with_a_reason_once(
        self, responder: User, supervisor: User, second_responder: User, outsider: User, county: County, service: Service
    ) -> None:
        proposal, now = self.make(responder, county, service), timezone.now()
        for person in (second_responder, outsider):
            with pytest.raises(ReplyProposal.DoesNotExist):
                decline_proposal(by=acting(person), proposal=proposal, reason="ei", now=now)
        with pytest.raises(PermissionDenied):
            decline_proposal(by=acting(responder), proposal=proposal, reason="ei", now=now)
        with pytest.raises(ValidationError):
            decline_proposal(by=acting(supervisor), proposal=proposal, reason=" ", now=now)
        assert decline_proposal(by=acting(supervisor), proposal=proposal, reason="On jo", now=now).reason == "On jo"
        with pytest.raises(ValidationError) as refused:
            accept_proposal(by=acting(supervisor), proposal=proposal, reply=unsaved(county), now=now)
        assert refused.value.code == "decided"

    def test_only_responders_propose(
        self, county: County, coordinator: User, outsider: User, second_service: Service, responder: User
    ) -> None:
        for person in (coordinator, outsider):
            with pytest.raises(PermissionDenied):
                self.make(person, county)
        with pytest.raises(PermissionDenied):
            self.make(responder, county, second_service)


# --- files ---

HEAD = ("county", "key", "scope", "shortcut", "category", "title_fi", "text_fi", "text_sv")
GOOD = ("koe", "uusi", "common", "/uusi", "other", "Uusi", "Hei!", "Hej!")
BROKEN: dict[str, tuple[dict[str, str], str]] = {
    "county": ({"county": "toinen"}, "county"),
    "no county": ({"county": ""}, "county"),
    "key with spaces": ({"key": "a b"}, "key"),
    "scope": ({"scope": "muu"}, "scope"),
    "personal": ({"scope": "personal"}, "scope"),
    "services lacking": ({"scope": "service"}, "services"),
    "services of a common one": ({"services": "ikaantyneet"}, "services"),
    "unknown service": ({"scope": "service", "services": "puuttuu"}, "services"),
    "queue lacking": ({"scope": "queue"}, ""),
    "unknown queue": ({"scope": "queue", "queue": "x/y"}, "queue"),
    "shortcut without slash": ({"shortcut": "uusi"}, "shortcut"),
    "shortcut taken": ({"shortcut": "/hei"}, "shortcut"),
    "category": ({"category": "outo"}, "category"),
    "title lacking": ({"title_fi": ""}, "title_fi"),
    "text lacking": ({"text_fi": ""}, "text_fi"),
    "placeholder": ({"text_fi": "{{nimi}}", "text_sv": "{{nimi}}"}, "text_fi"),
    "placeholders differ": ({"text_fi": "{{minutes}}"}, "text_sv"),
    "contact point": ({"text_fi": "{{phone:x}}", "text_sv": "{{phone:x}}"}, "text_fi"),
    "typed number": ({"text_fi": "Soita 0800 147 111."}, "text_fi"),
    "identity code": ({"text_fi": "131052-308T"}, "text_fi"),
    "too long": ({"text_fi": "a" * 500}, "text_fi"),
    "audience": ({"audience": "kaikki"}, "audience"),
    "protected": ({"protected": "ehkä"}, "protected"),
    "date": ({"valid_from": "31.2.2026"}, "valid_from"),
    "days": ({"valid_from": "2026-05-02", "valid_until": "2026-05-01"}, ""),
}


def table(*rows: dict[str, str]) -> tablib.Dataset:
    names = list(dict.fromkeys([*HEAD, *(name for row in rows for name in row)]))
    dataset = tablib.Dataset(headers=names)
    for row in rows:
        given = {**dict(zip(HEAD, GOOD, strict=True)), **row}
        dataset.append([given.get(name, "") for name in names])
    return dataset


class TestFiles:
    @pytest.mark.parametrize("kind", ["csv", "xlsx", "yaml"])
    def test_a_round_trip_changes_nothing(self, kind: str, loaded: list[QuickReply], main_user: User) -> None:
        dataset = ReplyTable(by=acting(main_user)).export()
        assert len(dataset) == len(loaded)
        content = write_yaml(dataset) if kind == "yaml" else write_file(dataset, kind)
        before = list(QuickReply.objects.order_by("pk").values())
        again = read_yaml(content) if kind == "yaml" else read_file(content)
        result = ReplyTable(by=acting(main_user)).take_in(again, dry_run=False)
        assert not list(problems_of(result))
        assert result.totals["skip"] == len(loaded)
        assert list(QuickReply.objects.order_by("pk").values()) == before

    def test_there_are_at_least_twenty_kinds_of_broken_rows(self) -> None:
        assert len(BROKEN) >= 20

    @pytest.mark.parametrize("name", list(BROKEN))
    def test_a_broken_row_is_named_and_nothing_is_changed(
        self, name: str, make_reply: MakeReply, main_user: User, service: Service
    ) -> None:
        make_reply("/hei")
        cells, column = BROKEN[name]
        good = {"key": "toinen", "shortcut": "/toinen"}
        result = ReplyTable(by=acting(main_user)).take_in(table(good, cells), dry_run=False)
        problems = list(problems_of(result))
        assert [(number, where) for number, where, _words in problems if number == 2 and where == column], problems
        assert QuickReply.objects.count() == 1

    def test_a_dry_run_tells_and_changes_nothing(self, make_reply: MakeReply, main_user: User) -> None:
        stored = make_reply("/hei")
        rows = table({}, {"key": stored.key, "shortcut": "/hei", "title_fi": "Tervehdys", "text_fi": "Hei hei!"})
        result = ReplyTable(by=acting(main_user)).take_in(rows, dry_run=True)
        assert (result.totals["new"], result.totals["update"]) == (1, 1)
        assert QuickReply.objects.get().text_fi == stored.text_fi

    def test_new_rows_that_name_no_key_yet_are_not_the_same_row(self, county: County, main_user: User) -> None:
        rows = table({"key": "", "shortcut": "/yksi"}, {"key": "", "shortcut": "/kaksi"})
        assert not list(problems_of(ReplyTable(by=acting(main_user)).take_in(rows, dry_run=False)))
        assert set(QuickReply.objects.values_list("key", "shortcut")) == {("yksi", "/yksi"), ("kaksi", "/kaksi")}

    def test_what_is_taken_in_waits_for_approval_and_a_deleted_one_is_retired(self, make_reply: MakeReply, main_user: User) -> None:
        stored = make_reply("/hei")
        rows = table({"delete": ""}, {"key": stored.key, "shortcut": "/hei", "delete": "1"})
        assert not list(problems_of(ReplyTable(by=acting(main_user)).take_in(rows, dry_run=False)))
        stored.refresh_from_db()
        assert stored.retired_at is not None
        assert not QuickReply.objects.get(shortcut="/uusi").is_approved

    def test_by_the_page_in_two_steps(self, county: County, main_user: User, signed_in: SignIn) -> None:
        client, door = signed_in(main_user), reverse("handbook:replies_import")
        file = SimpleUploadedFile("r.yaml", write_yaml(table({})))
        first = client.post(door, {"file": file})
        assert not QuickReply.objects.exists()
        checked = first.context["form"].initial["checked"]
        assert client.post(door, {"checked": checked}).status_code == 302
        assert QuickReply.objects.get().shortcut == "/uusi"
        torn = client.post(door, {"file": SimpleUploadedFile("r.yml", b"a: [1,\n b: x")})  # told by its name, never read as a CSV
        assert "ei ole kelvollinen YAML" in torn.content.decode()
        broken = client.post(door, {"file": SimpleUploadedFile("r.yaml", b"quick_replies: [1]")})
        assert "quick_replies" in broken.content.decode()

    @pytest.mark.parametrize("name", ["responder", "supervisor", "coordinator"])
    def test_only_a_main_user_imports(self, name: str, county: County, signed_in: SignIn, request: pytest.FixtureRequest) -> None:
        assert signed_in(request.getfixturevalue(name)).get(reverse("handbook:replies_import")).status_code == 403

    def test_exports_hold_no_ones_own(self, make_reply: MakeReply, responder: User, main_user: User, signed_in: SignIn) -> None:
        make_reply("/yhteinen")
        make_reply("/oma", by=acting(responder), scope=ReplyScope.PERSONAL)
        answer = signed_in(responder).get(reverse("handbook:replies_export", args=["yaml"]))
        assert [row["shortcut"] for row in yaml.safe_load(answer.content)["quick_replies"]] == ["/yhteinen"]
        assert signed_in(responder).get(reverse("handbook:replies_export", args=["pdf"])).status_code == 404

    @pytest.mark.parametrize("content", [b"\xff\xfe", b"a: [", b"quick_replies: {}", b"quick_replies: []", b"- 1"])
    def test_what_is_no_yaml_is_refused_in_words(self, content: bytes) -> None:
        with pytest.raises(ValidationError):
            read_yaml(content)


def test_the_portal_makes_what_a_form_makes(county: County) -> None:
    made = create_reply(by=System("test"), reply=unsaved(county, "/Iso"), now=timezone.now())
    assert made.shortcut == "/iso"
    assert made.key == "iso"
