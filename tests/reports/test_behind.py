"""The lists behind figures that are not of chats alone: as many rows as the figure counts, written down, and never a word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, User
from chat.choices import EndedBy, Medium, State
from chat.models import Attempt, ContactDetail, Conversation, Event, LaterContact
from guidance.models import Path, PathSession, PathVersion
from reports.behind import LISTED, is_listed, rows_behind
from reports.metrics import DEFINITIONS, Scope, figures_of
from reports.metrics.figure import Figure
from reports.models import ExternalFigure, ReportGroup
from services.models import County, Queue, Service
from tests.reports.d1 import NOVEMBER, Row, at, made, make_d1

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
TODAY = datetime(2026, 12, 10, 9, tzinfo=UTC)
NEW = ("M05", "M08b", "M20", "M22", "M23", "M33")
SECRET = "salainen sana 040 1234567"
Client = Callable[[User], Any]


@pytest.fixture(autouse=True)
def _december(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)


def form(queue: Queue, came: str, replied: str | None, **changes: Any) -> Conversation:
    row = made(queue, Row(came, None, replied, replied))
    Conversation.objects.filter(pk=row.pk).update(**{"medium": Medium.FORM, **changes})
    return row


def promise(queue: Queue, due: int, done: datetime | None, **changes: Any) -> LaterContact:
    row = made(queue, Row("1 08:00:00", None, None, None))
    Conversation.objects.filter(pk=row.pk).update(medium=Medium.CALL)
    result = "reached" if done else ""
    facts = {"kind": "call_request", "due_on": date(2026, 11, due), "done_at": done, "result": result}
    return LaterContact.objects.create(conversation=row, **{**facts, **changes})


def walk(version: PathVersion, **changes: Any) -> PathSession:
    began = at("10 09:00:00")
    facts = {"county": version.path.county, "first": version, "version": version, "node": "loppu", "began_at": began}
    facts |= {"last_at": began, "outcome": "self_care", "outcome_at": began + timedelta(minutes=1)}
    return PathSession.objects.create(**{**facts, **changes})


@pytest.fixture
def month(queue: Queue, county: County) -> dict[str, Any]:
    """D1, and of each new list rows that count, rows that are looked at, and rows that are neither."""
    d1 = make_d1(queue)
    Attempt.objects.create(
        county=county, service=queue.service, at=at("9 07:00:00"), language="fi", visit="kavijan-avain", went_to="phone"
    )
    Attempt.objects.create(
        county=county, service=queue.service, at=at("9 07:00:00"), language="fi", visit="kokeen-avain", is_test=True
    )
    Service.objects.filter(pk=queue.service_id).update(primary_care=True, opened_at=datetime(2026, 10, 1, tzinfo=UTC))
    forms = [
        form(queue, "2 09:00:00", "5 15:00:00"),  # Monday; Thursday is the third working day
        form(queue, "2 09:00:00", "6 08:00:00"),
        form(queue, "2 10:00:00", None, state=State.WAITING, status="", ended_by="", closed_at=None),
        form(queue, "2 10:00:00", None, ended_by=EndedBy.RESIDENT),
        form(queue, "2 10:00:00", "2 11:00:00", is_test=True),
    ]
    mails = [form(queue, "4 08:00:00", "4 09:00:00", medium=Medium.MAIL), form(queue, "4 08:00:00", None, medium=Medium.MAIL)]
    promises = [
        promise(queue, 5, at("5 23:50:00")),
        promise(queue, 5, at("6 08:00:00")),
        promise(queue, 5, None),
        promise(queue, 5, at("4 08:00:00"), result="cancelled"),
    ]
    ContactDetail.objects.create(conversation=promises[0].conversation, value=SECRET)
    path = Path.objects.create(county=county, slug="neuvo")
    version = PathVersion.objects.create(
        path=path, number=1, text=SECRET, title={"fi": "Vauvan uni"}, state="published", published_at=TODAY
    )
    walks = [walk(version), walk(version, outcome=""), walk(version, handed_over_at=at("10 09:05:00"))]
    for row in (*forms, *mails, d1["C01"]):
        Event.objects.create(conversation=row, kind="message", audience="all", seq=900, body=SECRET)
    return {"forms": forms, "mails": mails, "promises": promises, "walks": walks, "version": version, "d1": d1}


def figure_of(county: County, code: str) -> Figure:
    return figures_of(Scope.whole(county), NOVEMBER.period, codes=[code], now=TODAY).total[code]


def shown(client: Any, code: str, **query: Any) -> str:
    asked = {"palvelu": "kaikki", "kuukausi": "2026-11", **query}
    response = client.get(reverse("reports:rows", args=[code.lower()]), asked)
    assert response.status_code == 200
    return str(response.content.decode())


class TestCounts:
    @pytest.mark.parametrize(("code", "counted", "looked_at"), [("M08b", None, None), ("M22", 1, 3), ("M23", 1, 3), ("M33", 1, 3)])
    def test_what_is_counted_and_what_is_looked_at(
        self, month: dict[str, Any], county: County, code: str, counted: int | None, looked_at: int | None
    ) -> None:
        figure = figure_of(county, code)
        found = rows_behind(Scope.whole(county), NOVEMBER.period, code, now=TODAY)
        assert figure.value is not None and 0 < figure.value < 100
        assert found.n == figure.value * figure.n / 100 and found.n + found.left_out == figure.n
        assert (len(found.counted[:100]), len(found.others[:100])) == (found.n, found.left_out)
        if counted is not None:
            assert (found.n, figure.n) == (counted, looked_at)

    def test_all_that_is_counted(self, month: dict[str, Any], county: County) -> None:
        scope, period = Scope.whole(county), NOVEMBER.period
        tries = rows_behind(scope, period, "M05", now=TODAY)
        assert tries.n == figure_of(county, "M05").n == len(tries.counted[:100]) == 2 and tries.others is None
        mails = rows_behind(scope, period, "M20", now=TODAY)
        assert mails.n == dict(figure_of(county, "M20").parts)["own_mails"] == len(mails.counted[:100]) == 2

    @pytest.mark.parametrize("code", NEW)
    def test_another_service_month_and_county_have_none_of_them(
        self, month: dict[str, Any], second_service: Service, county: County, other_county: County, code: str
    ) -> None:
        for scope, period in (
            (Scope.of([second_service]), NOVEMBER.period),
            (Scope.whole(other_county), NOVEMBER.period),
            (Scope.whole(county), NOVEMBER.shifted(-2).period),
        ):
            found = rows_behind(scope, period, code, now=TODAY)
            assert (found.n, found.left_out) == (0, 0) and not len(found.counted[:100])

    def test_which_promise_is_in_which_part(self, month: dict[str, Any], county: County) -> None:
        found = rows_behind(Scope.whole(county), NOVEMBER.period, "M33", now=TODAY)
        first, late, overdue, _cancelled = month["promises"]
        assert [row.pk for row in found.counted[:9]] == [first.pk]
        assert [row.pk for row in found.others[:9]] == [late.pk, overdue.pk]
        early = rows_behind(Scope.whole(county), NOVEMBER.period, "M33", now=at("5 12:00:00"))
        assert early.left_out == 1, "what is not due yet is not looked at"


class TestPage:
    @pytest.mark.parametrize(
        ("code", "kind", "words"),
        [
            ("M05", "chat.attempt", "Muu puhelinnumero"),
            ("M08b", "chat.conversation", "R1 Hoidettu chatissa"),
            ("M20", "chat.conversation", "4.11.2026 09.00"),
            ("M22", "guidance.pathsession", "Vauvan uni"),
            ("M23", "chat.conversation", "5.11.2026 15.00"),
            ("M33", "chat.latercontact", "5.11.2026 23.50"),
        ],
    )
    def test_it_tells_times_and_outcomes_and_is_written_down(
        self, month: dict[str, Any], manager: User, county: County, signed_in: Client, code: str, kind: str, words: str
    ) -> None:
        page = shown(signed_in(manager), code)
        assert words in page and SECRET not in page
        found = rows_behind(Scope.whole(county), NOVEMBER.period, code, now=TODAY)
        entry = AuditEntry.objects.get(action="read", purpose=f"report rows {code} 2026-11-01 2026-11-30")
        assert (entry.object_type, entry.count, entry.actor_id) == (kind, found.n, str(manager.public_id))

    def test_neither_who_she_is_nor_what_opens_her_walk(
        self, month: dict[str, Any], manager: User, county: County, signed_in: Client
    ) -> None:
        client = signed_in(manager)
        pages = "".join(shown(client, code, osa=part) for code in NEW for part in ("", "muut"))
        told: set[str | UUID] = {row.public_id for row in month["walks"]} | set(Attempt.objects.values_list("visit", flat=True))
        told |= {row.resident_key for row in Conversation.objects.all()} | {SECRET}
        assert len(told) > 10 and not [each for each in told if str(each) in pages]
        assert str(month["forms"][1].public_id) in pages and str(month["forms"][3].public_id) not in pages

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    def test_in_each_language(self, month: dict[str, Any], manager: User, signed_in: Client, language: str) -> None:
        client = signed_in(manager)
        for code in NEW:
            address = reverse("reports:rows", args=[code]).replace("/fi/", f"/{language}/", 1)
            assert client.get(address, {"kuukausi": "2026-11"}).status_code == 200

    def test_those_who_do_not_read_the_figures(
        self, month: dict[str, Any], outsider: User, responder: User, supervisor: User, second_service: Service, signed_in: Client
    ) -> None:
        for code in NEW:
            address = reverse("reports:rows", args=[code])
            for who in (outsider, responder):
                assert signed_in(who).get(address, {"kuukausi": "2026-11"}).status_code == 403
            hers = signed_in(supervisor)
            assert hers.get(address, {"kuukausi": "2026-11"}).status_code == 200
            assert hers.get(address, {"kuukausi": "2026-11", "palvelu": second_service.key}).status_code == 404
            assert hers.get(address, {"kuukausi": "2026-11", "palvelu": "kaikki"}).status_code == 403

    def test_what_is_picked_is_in_pages(
        self, month: dict[str, Any], manager: User, signed_in: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("reports.views.rows.ON_PAGE", 1)
        client = signed_in(manager)
        first, second = (shown(client, "M33", osa="muut", sivu=n) for n in ("1", "2"))
        _done, late, overdue, _cancelled = (str(row.conversation.public_id) for row in month["promises"])
        assert late in first and overdue not in first and overdue in second and late not in second
        assert "Sivu 1/2" in first and "Edellinen sivu" in second


class TestLinks:
    def test_the_figures_lead_to_their_lists(self, month: dict[str, Any], manager: User, signed_in: Client) -> None:
        asked = {"palvelu": "kaikki", "kuukausi": "2026-11"}
        page = signed_in(manager).get(reverse("reports:month"), asked).content.decode()
        for code in NEW:
            assert f'{reverse("reports:rows", args=[code])}?palvelu=kaikki&amp;kuukausi=2026-11"' in page, code
        assert set(LISTED) <= set(DEFINITIONS)

    def test_numbers_that_people_entered_have_no_rows(self) -> None:
        assert not is_listed(Figure("M20", None, "n", 40, [("mails", 40)]))
        assert is_listed(Figure("M20", None, "n", 42, [("own_mails", 2), ("mails", 40)]))

    def test_a_group_leads_to_the_entered_figures_of_its_services(
        self, month: dict[str, Any], manager: User, county: County, service: Service, second_service: Service, signed_in: Client
    ) -> None:
        group = ReportGroup.objects.create(county=county, key="chatit", name_fi="Chatit")
        group.services.set([service, second_service])
        ExternalFigure.objects.create(
            county=county, service=service, month=date(2026, 11, 1), kind="calls", value=410, source="vaihde", revision=1
        )
        page = signed_in(manager).get(reverse("reports:month"), {"palvelu": "ryhma:chatit", "kuukausi": "2026-11"})
        words = page.content.decode()
        for each in (service, second_service):
            assert f"{reverse('reports:external', args=[each.key])}?mittari=M21&amp;kuukausi=2026-11" in words
        assert signed_in(manager).get(reverse("reports:external", args=[service.key])).status_code == 200
        assert "luvut/kaikki/?mittari" not in words
