"""The board, the timeline, the report, their files and the reminders: who comes in, what is shown, what is sent."""

from __future__ import annotations

import contextlib
import re
import sys
import zlib
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import AuditEntry, Grant, OutgoingMail, User
from adoption.choices import MemberRole
from adoption.models import DiaryEntry, Risk, Rollout, RolloutItem
from adoption.operations.nudges import remind_owners
from services.models import County
from tests.adoption.board.conftest import BOARD, MakeRollout, blocked, done, join, late
from tests.adoption.conftest import item_of
from tests.conftest import acting, make_grant

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SignedIn = Callable[..., Client]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def words(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def unpacked(pdf: bytes) -> bytes:
    """The file with what its streams hold."""
    held = []
    for stream in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            held.append(zlib.decompress(stream))
    return pdf + b"".join(held)


def report(rollout: Rollout, rest: str = "") -> str:
    return f"/fi/kayttoonotto/{rollout.public_id}/raportti/{rest}"


@pytest.fixture
def rollout(make_rollout: MakeRollout, area_professional: User) -> Rollout:
    """Something late and somebody's, something blocked, something done."""
    rollout = make_rollout("Neuvolan chat", programme="RRP", investment="I4", tags=["perheet"])
    join(rollout, area_professional)
    late(rollout, "1.1", owner=area_professional)
    blocked(rollout, "2.5")
    done(rollout, "1.4")
    return rollout


def doors(rollout: Rollout) -> list[str]:
    board = ["", "aikajana/", "taulu.xlsx", "taulu.pdf"]
    return [*(BOARD + each for each in board), *(report(rollout, each) for each in ("", "raportti.xlsx", "raportti.pdf"))]


class TestDoors:
    def test_a_stranger_is_asked_to_sign_in(self, client: Client, rollout: Rollout) -> None:
        for address in doors(rollout):
            assert client.get(address)["Location"].startswith(reverse("account_login")), address
        assert client.post(f"{BOARD}muistutus/")["Location"].startswith(reverse("account_login"))

    @pytest.mark.parametrize("who", ["outsider", "former", "responder", "path_author"])
    def test_who_has_no_part_in_adoption_is_refused(
        self, who: str, request: pytest.FixtureRequest, signed_in: SignedIn, rollout: Rollout
    ) -> None:
        client = signed_in(request.getfixturevalue(who))
        for address in doors(rollout):
            assert client.get(address).status_code == 403, address
        answer = client.post(f"{BOARD}muistutus/", {"item": str(item_of(rollout, "1.1").public_id), "send": "yes"})
        assert (answer.status_code, OutgoingMail.objects.count()) == (403, 0)

    def test_the_outsiders_own_host_shows_nothing_of_another_county(
        self, signed_in: SignedIn, outsider: User, rollout: Rollout
    ) -> None:
        client = signed_in(outsider, host="toinen.test")
        for asked in ("", "?county=*", f"?county={rollout.county.code}"):
            page = words(client.get(BOARD + asked))
            assert "Neuvolan chat" not in page
            assert "Käyttöönottoja ei ole vielä" in page or asked
        assert client.get(report(rollout)).status_code == 404
        answer = client.post(f"{BOARD}muistutus/", {"item": str(item_of(rollout, "1.1").public_id), "send": "yes"})
        assert (answer.status_code, OutgoingMail.objects.count()) == (403, 0)


class TestBoard:
    def test_it_shows_phases_gates_progress_and_what_is_late_first(
        self, signed_in: SignedIn, coordinator: User, rollout: Rollout, make_rollout: MakeRollout
    ) -> None:
        make_rollout("Aamun chat")
        page = signed_in(coordinator).get(BOARD)
        told = words(page)
        assert page.status_code == 200
        assert told.index("Myöhässä tai estynyt") < told.index("Käyttöönotot vaiheittain")
        assert told.rindex("Neuvolan chat") < told.rindex("Aamun chat")
        assert "4,2 %" in told
        assert "1 myöhässä" in told
        assert "1 estynyt" in told
        assert "G1 Valmis ratkaistavaksi" in told
        html = page.content.decode()
        assert html.count('data-shape="ready"') == 2  # the gate's own, and the key's
        assert re.search(r'data-shape="ready" data-hard', html)

    def test_empty_states_tell_what_to_do(self, signed_in: SignedIn, coordinator: User, make_rollout: MakeRollout) -> None:
        client = signed_in(coordinator)
        assert "Käyttöönottoja ei ole vielä" in words(client.get(BOARD))
        assert "Käyttöönottoja ei ole vielä" in words(client.get(f"{BOARD}aikajana/"))
        make_rollout("Aamun chat")
        assert "Mikään ei ole myöhässä" in words(client.get(BOARD))
        narrow = client.get(f"{BOARD}?programme=RRP")
        assert "Tällaista käyttöönottoa ei ole" in words(narrow)
        assert '<option value="RRP" selected>' in narrow.content.decode()

    def test_filters_stay_in_the_address_and_in_the_files(
        self, signed_in: SignedIn, coordinator: User, rollout: Rollout, make_rollout: MakeRollout
    ) -> None:
        make_rollout("Aamun chat")
        client = signed_in(coordinator)
        page = client.get(f"{BOARD}?investment=i4&tag=PERHEET").content.decode()
        assert "Aamun chat" not in page
        assert 'href="/fi/kayttoonotto/taulu/taulu.xlsx?investment=i4&amp;tag=PERHEET"' in page
        book = openpyxl.load_workbook(BytesIO(client.get(f"{BOARD}taulu.xlsx?investment=i4").content))
        assert [row[0].value for row in book.worksheets[0].iter_rows(min_row=2)] == ["Neuvolan chat"]

    @pytest.mark.parametrize("asked", ["?person=x&county=%00&stage=<b>", "?tag=" + "x" * 5000, "?county=*&county=zz"])
    def test_a_broken_address_is_no_error(self, signed_in: SignedIn, coordinator: User, rollout: Rollout, asked: str) -> None:
        client = signed_in(coordinator)
        for page in ("", "aikajana/", "taulu.xlsx"):
            assert client.get(BOARD + page + asked).status_code == 200

    def test_rollouts_of_another_county_lead_to_its_own_host(
        self, signed_in: SignedIn, coordinator: User, rollout: Rollout, other_county: County
    ) -> None:
        make_grant(coordinator, Role.COORDINATOR, county=other_county)
        far = Rollout.objects.create(
            county=other_county, name_fi="Muualla", model_version=rollout.model_version, phase=rollout.phase
        )
        page = signed_in(coordinator).get(f"{BOARD}?county=*").content.decode()
        assert f'href="http://toinen.test/fi/kayttoonotto/{far.public_id}/"' in page
        assert f'href="/fi/kayttoonotto/{rollout.public_id}/"' in page

    def test_more_rollouts_take_no_more_queries(
        self,
        monkeypatch: pytest.MonkeyPatch,
        signed_in: SignedIn,
        coordinator: User,
        rollout: Rollout,
        make_rollout: MakeRollout,
        area_professional: User,
    ) -> None:
        # On a slow machine what is remembered for two seconds would be read again in the middle.
        monkeypatch.setattr("config.frame.SURROUNDINGS_SECONDS", 600.0)
        client = signed_in(coordinator)
        client.get(BOARD)

        def counted(address: str) -> int:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            return len(queries)

        pages = [BOARD, f"{BOARD}aikajana/", f"{BOARD}taulu.xlsx"]
        before = [counted(page) for page in pages]
        assert before[0] <= 16, "the frame of the page among them"
        for number in range(5):
            row = make_rollout(f"Chat {number}")
            join(row, area_professional)
            late(row, "1.1", owner=area_professional)
            blocked(row, "1.2")
        assert [counted(page) for page in pages] == before

    def test_the_timeline_is_a_drawing_with_its_table(self, signed_in: SignedIn, coordinator: User, rollout: Rollout) -> None:
        Rollout.objects.filter(pk=rollout.pk).update(name_fi="Neuvola <b>&</b>", ends_on=timezone.localdate() + timedelta(days=90))
        html = signed_in(coordinator).get(f"{BOARD}aikajana/").content.decode()
        assert 'role="img"' in html
        assert "Neuvola &lt;b&gt;&amp;&lt;/b&gt;" in html
        assert "style=" not in html
        assert "Suunniteltu" in html
        # Coordinates are written alike in every language.
        assert not re.search(r'<rect[^>]* x="\d+,', html)


class TestReport:
    def test_it_tells_the_state_of_one_rollout(
        self, signed_in: SignedIn, coordinator: User, rollout: Rollout, area_professional: User
    ) -> None:
        Risk.objects.create(rollout=rollout, text="Vastaajia ei riitä", plan="Sovitaan sijaiset", owner=coordinator)
        Risk.objects.create(rollout=rollout, text="Vanha riski", closed_on=timezone.localdate())
        told = words(signed_in(coordinator).get(report(rollout)))
        for each in ("Tilanneraportti", "4,2 %", "Odotetaan lupaa", "Vastaajia ei riitä", "Onnistumisen ehdot"):
            assert each in told, each
        assert "Vanha riski" not in told
        assert str(area_professional) in told

    def test_the_diary_is_not_in_it(self, signed_in: SignedIn, coordinator: User, rollout: Rollout) -> None:
        DiaryEntry.objects.create(rollout=rollout, text="Oma muistiinpano", made_by=coordinator)
        assert "Oma muistiinpano" not in words(signed_in(coordinator).get(report(rollout)))

    def test_a_member_reads_it(self, signed_in: SignedIn, area_professional: User, rollout: Rollout) -> None:
        assert signed_in(area_professional).get(report(rollout)).status_code == 200

    def test_the_rollouts_page_leads_to_it(self, signed_in: SignedIn, coordinator: User, rollout: Rollout) -> None:
        page = signed_in(coordinator).get(f"/fi/kayttoonotto/{rollout.public_id}/").content.decode()
        assert report(rollout) in page
        assert BOARD in signed_in(coordinator).get("/fi/kayttoonotto/").content.decode()


class TestFiles:
    def test_the_workbook_has_rollouts_and_items_and_no_formula(
        self, signed_in: SignedIn, coordinator: User, rollout: Rollout, today: date
    ) -> None:
        Rollout.objects.filter(pk=rollout.pk).update(name_fi='=HYPERLINK("http://x")', starts_on=today)
        RolloutItem.objects.filter(pk=item_of(rollout, "2.5").pk).update(reason="+358 \x0b odottaa")
        for address in (f"{BOARD}taulu.xlsx", report(rollout, "raportti.xlsx")):
            answer = signed_in(coordinator).get(address)
            assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == (XLSX, "nosniff")
            first, second = openpyxl.load_workbook(BytesIO(answer.content)).worksheets
            assert first["A2"].value == '\'=HYPERLINK("http://x")'
            head = [cell.value for cell in first[1]]
            row = dict(zip(head, [cell.value for cell in first[2]], strict=True))
            assert (row["Tehty"], row["Edistyminen, %"], row["Myöhässä"]) == (1, 4.2, 1)
            assert row["Alkaa"].date() == today
            assert second.max_row == 25
            assert not [cell for sheet in (first, second) for line in sheet for cell in line if cell.data_type == "f"]

    def test_the_pdf_is_one_that_a_screen_reader_can_read(self, signed_in: SignedIn, coordinator: User, rollout: Rollout) -> None:
        try:
            import weasyprint  # noqa: F401
        except (ImportError, OSError):
            pytest.skip("needs WeasyPrint with Pango")
        for address in (f"{BOARD}taulu.pdf", report(rollout, "raportti.pdf")):
            answer = signed_in(coordinator).get(address)
            assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
            assert answer.content.startswith(b"%PDF-")
            told = unpacked(answer.content)
            for each in (b"/MarkInfo", b"/StructTreeRoot", b"/TH", b"pdfuaid"):
                assert each in told, each

    def test_a_machine_without_the_library_says_so_and_offers_the_page(
        self,
        signed_in: SignedIn,
        coordinator: User,
        rollout: Rollout,
        monkeypatch: pytest.MonkeyPatch,
        settings: LazySettings,
        tmp_path: Path,
    ) -> None:
        settings.VAR_DIR = tmp_path  # where no file has been laid out yet
        monkeypatch.setitem(sys.modules, "weasyprint", None)
        client = signed_in(coordinator)
        assert client.get(report(rollout, "raportti.pdf"))["Location"] == report(rollout)
        assert "ei voi tehdä PDF-tiedostoja" in words(client.get(report(rollout)))
        assert client.get(f"{BOARD}taulu.pdf")["Location"] == BOARD


class TestReminders:
    def chosen(self, *items: RolloutItem) -> dict[str, list[str]]:
        return {"item": [str(item.public_id) for item in items]}

    def test_the_letters_are_seen_before_they_go_and_go_once(
        self, signed_in: SignedIn, coordinator: User, rollout: Rollout, area_professional: User
    ) -> None:
        client, items = signed_in(coordinator), self.chosen(item_of(rollout, "1.1"), item_of(rollout, "2.5"))
        page = words(client.post(f"{BOARD}muistutus/", items))
        assert str(area_professional) in page
        assert "Nämä jäävät pois" in page
        assert OutgoingMail.objects.count() == 0
        for _ in range(2):
            answer = client.post(f"{BOARD}muistutus/", {**items, "send": "yes"})
            assert answer["Location"] == BOARD
        letter = OutgoingMail.objects.get()
        assert (letter.to, letter.county) == (area_professional.email, rollout.county.code)
        assert "Neuvolan chat" in letter.body
        assert str(coordinator) in letter.body
        assert "toista kirjettä" in words(client.get(BOARD))

    def test_a_letter_has_nothing_that_people_wrote_in_the_items(
        self, coordinator: User, rollout: Rollout, area_professional: User
    ) -> None:
        RolloutItem.objects.filter(rollout=rollout).update(owner=area_professional)
        blocked(rollout, "2.6", reason="Salainen syy")
        remind_owners(by=acting(coordinator), items=list(RolloutItem.objects.filter(rollout=rollout)), now=timezone.now())
        letter = OutgoingMail.objects.get()
        assert "Salainen syy" not in letter.body + letter.subject
        assert "Odotetaan lupaa" not in letter.body

    def test_it_is_in_the_readers_own_language(self, coordinator: User, rollout: Rollout, area_professional: User) -> None:
        User.objects.filter(pk=area_professional.pk).update(language="sv")
        remind_owners(by=acting(coordinator), items=[item_of(rollout, "1.1")], now=timezone.now())
        assert "Logga in" in OutgoingMail.objects.get().body

    def test_who_was_named_is_written_down(self, coordinator: User, rollout: Rollout, area_professional: User) -> None:
        remind_owners(by=acting(coordinator), items=[item_of(rollout, "1.1")], now=timezone.now())
        entry = AuditEntry.objects.filter(purpose="rollout-nudge").get()
        assert (entry.count, entry.object_id) == (1, str(area_professional.public_id))

    @pytest.mark.parametrize("who", ["manager", "main_user"])
    def test_management_and_main_users_remind_too(self, who: str, request: pytest.FixtureRequest, rollout: Rollout) -> None:
        made, written = remind_owners(by=acting(request.getfixturevalue(who)), items=[item_of(rollout, "1.1")], now=timezone.now())
        assert (len(made.letters), written) == (1, 1)

    @pytest.mark.parametrize("who", ["reader", "supervisor", "area_professional", "outsider"])
    def test_who_does_not_look_after_the_rollout_reminds_nobody(
        self, who: str, request: pytest.FixtureRequest, signed_in: SignedIn, rollout: Rollout
    ) -> None:
        user, item = request.getfixturevalue(who), item_of(rollout, "1.1")
        with pytest.raises(PermissionDenied):
            remind_owners(by=acting(user), items=[item], now=timezone.now())
        assert signed_in(user).post(f"{BOARD}muistutus/", self.chosen(item)).status_code == 403
        assert OutgoingMail.objects.count() == 0

    def test_who_sees_the_rollout_no_more_gets_no_letter(
        self, coordinator: User, rollout: Rollout, area_professional: User
    ) -> None:
        Grant.objects.filter(user=area_professional).update(valid_until=timezone.now() - timedelta(days=1))
        made, written = remind_owners(by=acting(coordinator), items=[item_of(rollout, "1.1")], now=timezone.now())
        assert (written, [item.pk for item in made.unreachable]) == (0, [item_of(rollout, "1.1").pk])

    def test_what_is_done_meanwhile_is_not_asked_for(self, coordinator: User, rollout: Rollout) -> None:
        done(rollout, "1.1")
        made, written = remind_owners(by=acting(coordinator), items=[item_of(rollout, "1.1")], now=timezone.now())
        assert (written, len(made.closed)) == (0, 1)

    def test_nothing_chosen_is_told(self, signed_in: SignedIn, coordinator: User, rollout: Rollout) -> None:
        client = signed_in(coordinator)
        for data in ({}, {"item": ["x", "1"]}):
            assert client.post(f"{BOARD}muistutus/", data)["Location"] == BOARD
        assert "Valitse vähintään yksi" in words(client.get(BOARD))

    def test_a_board_that_nobody_may_remind_from_has_no_boxes(self, signed_in: SignedIn, reader: User, rollout: Rollout) -> None:
        html = signed_in(reader).get(BOARD).content.decode()
        assert 'type="checkbox"' not in html
        assert "Muistuta" not in html

    def test_a_member_as_management_may_remind(self, rollout: Rollout, supervisor: User) -> None:
        join(rollout, supervisor, MemberRole.MANAGER)
        assert remind_owners(by=acting(supervisor), items=[item_of(rollout, "1.1")], now=timezone.now())[1] == 1
