"""Communication, risks, diary, systems and members: written by the rollout's people, audited, never lost to a stale save."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from adoption.choices import RolloutStatus
from adoption.models import CommunicationAction, DiaryEntry, Member, Risk, Rollout, SystemDependency
from adoption.operations.work import add_work_row, change_work_row, delete_work_row
from tests.conftest import acting

pytestmark = pytest.mark.django_db


def post(client, rollout, name, data, row=None):
    return client.post(reverse(f"adoption:{name}", args=[rollout.public_id, *([row] if row else [])]), data)


def test_both_audiences_are_counted(rollout, signed_in, coordinator) -> None:
    """S000-46: one audience alone is not enough, and the page says so."""
    client = signed_in(coordinator)
    action = {
        "on": "2026-11-02",
        "audience": "residents",
        "kind": "own",
        "what": "Juttu",
        "medium": "Paikallislehti",
        "link": "alue.test/juttu",
    }
    assert post(client, rollout, "communication_new", action).status_code == 302
    row = CommunicationAction.objects.get()
    assert (row.audience, row.link, row.made_by) == ("residents", "https://alue.test/juttu", coordinator)
    page = client.get(reverse("adoption:communication", args=[rollout.public_id]))
    assert page.context["reached"][1][1] == 0
    assert page.context["only_one"]
    post(client, rollout, "communication_new", {**action, "audience": "professionals"})
    assert not client.get(reverse("adoption:communication", args=[rollout.public_id])).context["only_one"]


def test_what_the_media_told_is_a_kind_of_its_own_and_counted(rollout, signed_in, coordinator) -> None:
    """S004-32: publicity is seen apart from what was told by ourselves."""
    client = signed_in(coordinator)
    action = {"on": "2026-11-02", "audience": "residents", "what": "Juttu chatista", "medium": "Paikallislehti"}
    assert post(client, rollout, "communication_new", {**action, "kind": "other"}).status_code == 422
    assert post(client, rollout, "communication_new", {**action, "kind": "own"}).status_code == 302
    address = reverse("adoption:communication", args=[rollout.public_id])
    assert "Media on kertonut" not in client.get(address).content.decode()
    row = CommunicationAction.objects.get()
    changed = {**action, "kind": "media", "version": row.version}
    assert post(client, rollout, "communication_row", changed, row.public_id).status_code == 302
    page = client.get(address).content.decode()
    assert "Media on kertonut palvelusta kerran." in page
    assert "Asukkaat · Media · Paikallislehti" in page


def test_a_risk_is_tied_to_a_metric_that_there_is(rollout, signed_in, coordinator) -> None:
    client = signed_in(coordinator)
    risk = {"kind": "risk", "text": "Jono kasvaa", "likelihood": "high", "impact": "middle", "metric": "M99"}
    response = post(client, rollout, "risks_new", risk)
    assert response.status_code == 422
    assert "metric" in response.context["form"].errors
    assert post(client, rollout, "risks_new", {**risk, "metric": "M08b"}).status_code == 302
    row = Risk.objects.get()
    page = client.get(reverse("adoption:risks", args=[rollout.public_id]))
    assert [(shown, goal.metric) for shown, goal in page.context["open_rows"]] == [(row, "M08b")]
    post(client, rollout, "risks_row", {**risk, "metric": "", "closed_on": "2026-11-20", "version": row.version}, row.public_id)
    page = client.get(reverse("adoption:risks", args=[rollout.public_id]))
    assert (page.context["open_rows"], page.context["closed_rows"]) == ([], [(row, None)])


def test_an_opportunity_stands_beside_the_risks(rollout, signed_in, coordinator, member) -> None:
    """S004-37: what the platform's development makes possible is written down like what may go wrong."""
    chance = {
        "kind": "opportunity",
        "text": "Yhteinen potilasjärjestelmä",
        "likelihood": "middle",
        "impact": "high",
        "owner": member.pk,
    }
    assert post(signed_in(coordinator), rollout, "risks_new", chance).status_code == 302
    row = Risk.objects.get()
    assert (row.kind, row.impact, row.owner) == ("opportunity", "high", member)
    page = signed_in(coordinator).get(reverse("adoption:risks", args=[rollout.public_id])).content.decode()
    assert "Mahdollisuus" in page
    assert "Yhteinen potilasjärjestelmä" in page


def test_a_stale_save_is_refused_with_both_texts(rollout, signed_in, coordinator, main_user) -> None:
    row = add_work_row(by=acting(coordinator), row=Risk(rollout=rollout, text="Ensin"), now=timezone.now())
    change_work_row(by=acting(main_user), row=row, values={"text": "Toinen"}, version=row.version, now=timezone.now())
    data = {"kind": "risk", "text": "Kolmas", "likelihood": "middle", "impact": "middle", "version": row.version}
    response = post(signed_in(coordinator), rollout, "risks_row", data, row.public_id)
    assert response.status_code == 422
    page = response.content.decode()
    assert "Toinen" in page
    assert "Kolmas" in page
    assert Risk.objects.get().text == "Toinen"


def test_what_is_done_is_audited_and_touches_the_rollout(rollout, member) -> None:
    now = timezone.now()
    by = acting(member)
    row = add_work_row(by=by, row=SystemDependency(rollout=rollout, system="Kertomus"), now=now)
    change_work_row(by=by, row=row, values={"recorded_where": "Kertomuksen lehdelle"}, now=now)
    delete_work_row(by=by, row=row, now=now)
    lines = AuditEntry.objects.filter(object_type="adoption.systemdependency").order_by("id")
    assert [line.action for line in lines] == ["create", "change", "delete"]
    assert {(line.county, line.object_id) for line in lines} == {("koe", str(row.public_id))}
    rollout.refresh_from_db()
    assert (rollout.touched_by, rollout.touched_at) == (member, now)


def test_members_and_diary_are_the_drivers(rollout, member, coordinator, colleague) -> None:
    """A member writes risks and meetings; who belongs to the rollout is decided by who drives it."""
    now = timezone.now()
    with pytest.raises(PermissionDenied):
        add_work_row(by=acting(member), row=DiaryEntry(rollout=rollout, text="x"), now=now)
    with pytest.raises(PermissionDenied):
        change_work_row(by=acting(member), row=Member.objects.get(user=member), values={"role": "manager"}, now=now)
    add_work_row(by=acting(coordinator), row=DiaryEntry(rollout=rollout, text="x"), now=now)
    assert DiaryEntry.objects.get().made_by == coordinator


def test_nobody_from_elsewhere_is_named(rollout, coordinator, signed_in, outsider, former) -> None:
    for person in (outsider, former):
        with pytest.raises(ValidationError) as refused:
            add_work_row(by=acting(coordinator), row=Risk(rollout=rollout, text="x", owner=person), now=timezone.now())
        assert refused.value.error_dict["owner"][0].code == "no_grant"
        assert post(signed_in(coordinator), rollout, "members_new", {"user": person.pk, "role": "ict"}).status_code == 422
    row = add_work_row(by=acting(coordinator), row=Risk(rollout=rollout, text="x", owner=coordinator), now=timezone.now())
    with pytest.raises(ValidationError):
        change_work_row(by=acting(coordinator), row=row, values={"owner": outsider}, now=timezone.now())
    assert not Member.objects.exists()


def test_a_member_gets_another_role_and_is_taken_away(rollout, member, signed_in, coordinator) -> None:
    row, client = Member.objects.get(user=member), signed_in(coordinator)
    assert post(client, rollout, "members_row", {"role": "ict", "expertise": "verkko"}, row.public_id).status_code == 302
    row.refresh_from_db()
    assert (row.user, row.role, row.expertise) == (member, "ict", "verkko")
    assert post(client, rollout, "members_row", {"do": "delete"}, row.public_id).status_code == 302
    assert not Member.objects.exists()


def test_the_same_person_is_not_twice_in_one_role(rollout, signed_in, coordinator, colleague) -> None:
    client = signed_in(coordinator)
    data = {"user": colleague.pk, "role": "responder", "expertise": "ikääntyneet"}
    assert post(client, rollout, "members_new", data).status_code == 302
    assert post(client, rollout, "members_new", data).status_code == 422
    assert post(client, rollout, "members_new", {**data, "role": "path_author"}).status_code == 302
    assert Member.objects.filter(user=colleague).count() == 2


def test_the_group_without_an_area_professional_is_told(rollout, signed_in, coordinator) -> None:
    page = signed_in(coordinator).get(reverse("adoption:members", args=[rollout.public_id]))
    assert page.context["lacks_professional"]


def test_a_row_is_taken_away_only_when_asked_twice(rollout, signed_in, coordinator) -> None:
    row = DiaryEntry.objects.create(rollout=rollout, text="Väärä")
    client = signed_in(coordinator)
    page = client.get(reverse("adoption:diary_row", args=[rollout.public_id, row.public_id])).content.decode()
    assert page.index("<details") < page.index('value="delete"')
    assert post(client, rollout, "diary_row", {"do": "delete"}, row.public_id).status_code == 302
    assert not DiaryEntry.objects.exists()


def test_an_ended_rollout_is_read_and_not_changed(rollout, signed_in, coordinator) -> None:
    row = Risk.objects.create(rollout=rollout, text="Ennen")
    Rollout.objects.filter(pk=rollout.pk).update(status=RolloutStatus.NOT_STARTED)
    by = acting(coordinator)
    deeds = [
        lambda: add_work_row(by=by, row=Risk(rollout=rollout, text="x"), now=timezone.now()),
        lambda: change_work_row(by=by, row=row, values={"text": "x"}, now=timezone.now()),
        lambda: delete_work_row(by=by, row=row, now=timezone.now()),
    ]
    for deed in deeds:
        with pytest.raises(ValidationError) as refused:
            deed()
        assert refused.value.code == "ended"
    response = post(signed_in(coordinator), rollout, "risks_row", {"do": "delete"}, row.public_id)
    assert response.status_code == 422
    assert Risk.objects.get().text == "Ennen"


def test_marks_of_markup_are_shown_as_words(rollout, signed_in, coordinator) -> None:
    Risk.objects.create(rollout=rollout, text="<script>alert(1)</script>")
    page = signed_in(coordinator).get(reverse("adoption:risks", args=[rollout.public_id])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
