"""Notes beside a month's figures: who writes them, where they stand, and that nothing typed is lost."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.actors import System
from accounts.models import AuditEntry
from reports.models import MonthNote
from reports.months import Month
from reports.operations import change_note, delete_note, write_note
from services.models import County, Queue, Service
from tests.conftest import acting
from tests.reports.d1 import make_d1

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
TODAY = datetime(2026, 12, 10, 9, tzinfo=UTC)
NOVEMBER = Month(2026, 11)


@pytest.fixture(autouse=True)
def _december(monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)


def wrote(by, county: County, service: Service | None = None, **fields) -> MonthNote:
    given = {"month": NOVEMBER, "texts": {"fi": "Aukioloa laajennettiin 1.11."}, "now": TODAY}
    return write_note(by=by, county=county, service=service, **{**given, **fields})


class TestWriting:
    def test_it_is_kept_with_who_wrote_it_and_audited(self, manager, county: County) -> None:
        note = wrote(acting(manager), county, texts={"fi": "  Aukioloa\n laajennettiin ", "sv": "Öppettiderna utökades"})
        assert (note.text_fi, note.text_sv, note.text_en) == ("Aukioloa laajennettiin", "Öppettiderna utökades", "")
        assert (note.month, note.written_by_id) == (NOVEMBER.first, manager.pk)
        assert AuditEntry.objects.get(object_id=str(note.public_id)).after["text_fi"] == "Aukioloa laajennettiin"

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"texts": {"sv": "Bara på svenska"}}, "words_missing"),
            ({"texts": {"fi": "x" * 301}}, "too_long"),
            ({"month": Month(2027, 1)}, "future"),
        ],
    )
    def test_what_is_refused(self, manager, county: County, fields, code: str) -> None:
        with pytest.raises(ValidationError) as refused:
            wrote(acting(manager), county, **fields)
        codes = [each.code for each in refused.value.error_list] if not hasattr(refused.value, "error_dict") else []
        codes += [each.code for errors in getattr(refused.value, "error_dict", {}).values() for each in errors]
        assert codes == [code]
        assert not MonthNote.objects.exists()

    @pytest.mark.parametrize("who", ["responder", "coordinator", "outsider", "former", "second_responder"])
    def test_others_write_change_and_delete_none(self, request, manager, county: County, service: Service, who: str) -> None:
        actor = acting(request.getfixturevalue(who))
        note = wrote(acting(manager), county, service)
        for one in (None, service):
            with pytest.raises(PermissionDenied):
                wrote(actor, county, one)
        with pytest.raises(PermissionDenied):
            change_note(by=actor, note=note, texts={"fi": "x"}, seen=1)
        with pytest.raises(PermissionDenied):
            delete_note(by=actor, note=note)
        assert not MonthNote.objects.readable_by(actor).exists()

    def test_the_portal_itself_writes_none(self, county: County) -> None:
        with pytest.raises(PermissionDenied):
            wrote(System("test"), county)

    def test_a_supervisor_writes_of_her_service_and_reads_the_countys(self, supervisor, manager, county: County, service) -> None:
        own, whole = wrote(acting(supervisor), county, service), wrote(acting(manager), county)
        with pytest.raises(PermissionDenied):
            wrote(acting(supervisor), county)
        with pytest.raises(PermissionDenied):
            change_note(by=acting(supervisor), note=whole, texts={"fi": "x"}, seen=1)
        assert set(MonthNote.objects.readable_by(acting(supervisor))) == {own, whole}

    def test_a_note_of_another_service_is_not_seen(self, manager, supervisor, county: County, second_service) -> None:
        wrote(acting(manager), county, second_service)
        assert not MonthNote.objects.readable_by(acting(supervisor)).exists()

    def test_who_was_slower_is_told(self, manager, county: County) -> None:
        note = wrote(acting(manager), county)
        change_note(by=acting(manager), note=note, texts={"fi": "Uusi"}, seen=1)
        with pytest.raises(ValidationError) as refused:
            change_note(by=acting(manager), note=note, texts={"fi": "Vanha"}, seen=1)
        assert refused.value.code == "stale"
        assert MonthNote.objects.get().text_fi == "Uusi"

    def test_a_deleted_one_stays_in_the_audit(self, manager, county: County) -> None:
        note = wrote(acting(manager), county)
        delete_note(by=acting(manager), note=note)
        assert not MonthNote.objects.exists()
        assert AuditEntry.objects.get(action="delete").before["text_fi"] == "Aukioloa laajennettiin 1.11."


class TestPages:
    def test_written_shown_changed_and_deleted(self, manager, county: County, queue: Queue, signed_in) -> None:
        make_d1(queue)
        client, query = signed_in(manager), "palvelu=kaikki&kuukausi=2026-11"
        words = "Aukioloa <laajennettiin> 1.11."
        answer = client.post(f"{reverse('reports:new_note')}?{query}", {"text_fi": words})
        assert answer.status_code == 302
        note = MonthNote.objects.get()
        shown = client.get(answer["Location"]).content.decode()
        assert shown.count("Aukioloa &lt;laajennettiin&gt; 1.11.") >= 2 and "Muuta tai poista" in shown
        of_service = client.get(f"{reverse('reports:month')}?palvelu=ikaantyneet&kuukausi=2026-11").content.decode()
        assert "Aukioloa &lt;laajennettiin&gt; 1.11." in of_service

        address = reverse("reports:note", args=[note.public_id])
        assert client.post(address, {"text_fi": "Toinen", "version": 1}).status_code == 302
        stale = client.post(address, {"text_fi": "Myöhässä", "version": 1})
        assert stale.status_code == 409
        page = stale.content.decode()
        assert "Toinen" in page and "Myöhässä" in page and 'name="version" value="2"' in page
        assert client.post(address, {"text_fi": "Myöhässä", "version": 2}).status_code == 302

        delete = reverse("reports:delete_note", args=[note.public_id])
        assert "Poistetaanko muistiinpano?" in client.get(delete).content.decode()
        client.post(delete)
        assert MonthNote.objects.exists()
        client.post(delete, {"sure": "1"})
        assert not MonthNote.objects.exists()

    def test_what_is_typed_is_kept(self, manager, county: County, queue: Queue, signed_in) -> None:
        make_d1(queue)
        address = f"{reverse('reports:new_note')}?palvelu=kaikki&kuukausi=2026-11"
        answer = signed_in(manager).post(address, {"text_fi": "", "text_sv": "Öppettiderna utökades"})
        assert answer.status_code == 422 and "Öppettiderna utökades" in answer.content.decode()

    def test_the_doors_are_closed_to_others(self, manager, supervisor, outsider, county: County, signed_in) -> None:
        note = wrote(acting(manager), county)
        for name in ("reports:note", "reports:delete_note"):
            address = reverse(name, args=[note.public_id])
            assert signed_in(outsider).get(address).status_code == 403
            assert signed_in(outsider, host="toinen.test").get(address).status_code == 404
            assert signed_in(supervisor).post(address, {"text_fi": "x", "version": 1, "sure": "1"}).status_code == 403
        assert MonthNote.objects.get().text_fi == "Aukioloa laajennettiin 1.11."

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    def test_they_open_in_each_language(self, manager, county: County, queue: Queue, signed_in, language: str) -> None:
        make_d1(queue)
        note = wrote(acting(manager), county)
        client = signed_in(manager)
        for address in (
            reverse("reports:new_note") + "?kuukausi=2026-11",
            reverse("reports:note", args=[note.public_id]),
            reverse("reports:delete_note", args=[note.public_id]),
        ):
            assert client.get(address.replace("/fi/", f"/{language}/", 1)).status_code == 200
