"""A responder's shift wishes: her own page, and her supervisor's view beside the staffing of the week (S004-31)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.choices import Role
from accounts.models import User
from reports.models import ShiftWish
from reports.operations import make_wish, take_wish_back
from services.models import County
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
TUESDAY = date(2026, 12, 1)
PAGE = "reports:wishes"


@pytest.fixture(autouse=True)
def _november(monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def wish(by: User, county: County, **given) -> ShiftWish:
    fields = {"kind": "gladly", "day": TUESDAY, "starts": 8, "ends": 12, "words": "Aamu sopii", **given}
    return make_wish(by=acting(by), county=county, now=NOW, **fields)


class TestRules:
    def test_the_same_wish_twice_is_one(self, responder, county) -> None:
        assert wish(responder, county) == wish(responder, county, words="Aamu sopii hyvin")
        assert ShiftWish.objects.get().words == "Aamu sopii hyvin"

    def test_what_makes_no_sense_is_refused(self, responder, county) -> None:
        for given in ({"day": date(2026, 11, 25)}, {"ends": 8}, {"ends": 25}, {"kind": "must"}):
            with pytest.raises(ValidationError):
                wish(responder, county, **given)
        assert wish(responder, county, day=date(2026, 11, 26)).pk

    @pytest.mark.parametrize("who", ["supervisor", "manager", "main_user", "coordinator", "outsider", "former"])
    def test_only_who_answers_wishes(self, request, county, who: str) -> None:
        with pytest.raises(PermissionDenied):
            wish(request.getfixturevalue(who), county)

    def test_only_she_takes_it_back(self, responder, colleague, county) -> None:
        row = wish(responder, county)
        for key in (row.public_id, uuid4()):
            with pytest.raises(ShiftWish.DoesNotExist):
                take_wish_back(by=acting(colleague), county=county, wish=key)
        take_wish_back(by=acting(responder), county=county, wish=row.public_id)
        assert not ShiftWish.objects.exists()


class TestWhoReads:
    def test_she_and_her_supervisor_and_nobody_else(
        self, responder, second_responder, colleague, supervisor, manager, main_user, outsider, former, county, person, grant
    ) -> None:
        hers, other = wish(responder, county), wish(second_responder, county)
        whole = person("kaikkien")
        grant(whole, Role.SUPERVISOR, county=county)
        readers = {
            responder: {hers}, second_responder: {other}, supervisor: {hers}, whole: {hers, other},
            colleague: set(), manager: set(), main_user: set(), outsider: set(), former: set(),
        }  # fmt: skip
        for user, rows in readers.items():
            assert set(ShiftWish.objects.readable_by(acting(user))) == rows, user

    def test_a_county_wide_responder_is_seen_by_each_supervisor(self, supervisor, county, person, grant) -> None:
        user = person("kaikkialla")
        grant(user, Role.RESPONDER, county=county)
        assert wish(user, county) in ShiftWish.objects.readable_by(acting(supervisor))


class TestPages:
    POSTED = {"kind": "cannot", "day": "2026-12-01", "starts": "0", "ends": "24", "words": "Lapsen juhla"}

    def test_wished_shown_and_taken_back(self, responder, colleague, signed_in) -> None:
        client = signed_in(responder)
        assert client.post(reverse(PAGE), {**self.POSTED, "starts": "9", "ends": "9"}).status_code == 422
        assert client.post(reverse(PAGE), self.POSTED).status_code == 302
        assert "Lapsen juhla" in client.get(reverse(PAGE)).content.decode()
        other = signed_in(colleague)
        assert "Lapsen juhla" not in other.get(reverse(PAGE)).content.decode()
        back = reverse("reports:wish_back", args=[ShiftWish.objects.get().public_id])
        assert other.post(back).status_code == 404
        assert client.post(back).status_code == 302 and not ShiftWish.objects.exists()

    @pytest.mark.parametrize("who", ["supervisor", "manager", "main_user", "coordinator", "outsider", "former"])
    def test_others_have_no_such_page(self, request, responder, county, signed_in, who: str) -> None:
        row = wish(responder, county)
        client = signed_in(request.getfixturevalue(who))
        assert client.get(reverse(PAGE)).status_code == 403
        assert client.post(reverse("reports:wish_back", args=[row.public_id])).status_code == 403

    def test_the_supervisor_sees_them_beside_the_week_and_a_manager_numbers_only(
        self, queue, second_queue, responder, second_responder, supervisor, manager, county, signed_in
    ) -> None:
        wish(responder, county)
        wish(second_responder, county, words="Toisen palvelun toive")
        asked = {"palvelu": queue.service.key}
        shown = signed_in(supervisor).get(reverse("reports:staffing"), asked)
        assert "Aamu sopii" in shown.content.decode() and "Toisen palvelun" not in shown.content.decode()
        assert dict(shown.context["wishes"].counts)[TUESDAY] == [1, 0, 0]
        told = signed_in(manager).get(reverse("reports:staffing"), asked)
        assert "Aamu sopii" not in told.content.decode() and str(responder) not in told.content.decode()
        assert dict(told.context["wishes"].counts)[TUESDAY] == [1, 0, 0]

    def test_her_day_leads_there(self, queue, responder, supervisor, signed_in) -> None:
        link = f'href="{reverse(PAGE)}"'
        page = reverse("chat:console_figures")
        assert link in signed_in(responder).get(page).content.decode()
        assert link not in signed_in(supervisor).get(page).content.decode()

    @pytest.mark.parametrize("language", ["sv", "en"])
    def test_it_opens_in_every_language(self, responder, county, signed_in, language: str) -> None:
        wish(responder, county)
        assert signed_in(responder).get(reverse(PAGE).replace("/fi/", f"/{language}/")).status_code == 200
