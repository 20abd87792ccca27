"""Ideas are shared and voted on, and none is forgotten for 180 days without being told (S001-24, S001-73, S002-27)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import AuditEntry
from adoption.models import ImprovementVote
from adoption.operations.improvements import propose_improvement, vote_improvement, withdraw_vote
from services.models import Improvement
from services.operations import change_row
from tests.conftest import acting, make_grant, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def idea(rollout):
    return Improvement.objects.create(county=rollout.county, service=rollout.service, title="Selkeämpi alkuviesti")


def test_whoever_reads_a_rollout_may_propose(rollout, member, outsider, former, responder) -> None:
    row = propose_improvement(by=acting(member), rollout=rollout, title="Parempi", source="palaute", now=timezone.now())
    assert (row.county, row.service, row.state) == (rollout.county, rollout.service, "open")
    line = AuditEntry.objects.get(object_type="services.improvement")
    assert (line.county, line.object_id) == ("koe", str(row.public_id))
    for who in (outsider, former, responder):
        with pytest.raises(PermissionDenied):
            propose_improvement(by=acting(who), rollout=rollout, title="x", now=timezone.now())
    assert Improvement.objects.count() == 1


def test_each_has_one_vote_and_may_take_it_back(idea, member, responder) -> None:
    for who in (member, member, responder):
        vote_improvement(by=acting(who), improvement=idea, now=timezone.now())
    assert idea.votes.count() == 2
    withdraw_vote(by=acting(member), improvement=idea)
    withdraw_vote(by=acting(member), improvement=idea)
    assert idea.votes.get().user == responder


def test_outsiders_have_no_vote(idea, outsider, former) -> None:
    for who in (outsider, former):
        with pytest.raises(PermissionDenied):
            vote_improvement(by=acting(who), improvement=idea, now=timezone.now())
        with pytest.raises(PermissionDenied):
            withdraw_vote(by=acting(who), improvement=idea)
    assert not ImprovementVote.objects.exists()


def test_a_finished_idea_takes_no_votes(idea, member) -> None:
    Improvement.objects.filter(pk=idea.pk).update(state="done")
    idea.refresh_from_db()
    with pytest.raises(ValidationError) as refused:
        vote_improvement(by=acting(member), improvement=idea, now=timezone.now())
    assert refused.value.code == "finished"


def test_only_a_move_of_the_state_counts_as_a_move(idea, coordinator) -> None:
    long_ago = timezone.now() - timedelta(days=181)
    Improvement.objects.filter(pk=idea.pk).update(moved_at=long_ago)
    change_row(by=acting(coordinator), row=idea, values={"description": "Lisää sanoja"})
    assert list(Improvement.objects.stalled(timezone.now())) == [idea]
    change_row(by=acting(coordinator), row=idea, values={"state": "doing"})
    assert not Improvement.objects.stalled(timezone.now()).exists()
    idea.refresh_from_db()
    assert idea.moved_at > long_ago


@pytest.mark.parametrize(
    ("state", "days", "late"),
    [
        ("open", 181, True),
        ("doing", 181, True),
        ("open", 179, False),
        ("done", 400, False),
        ("dropped", 400, False),
    ],
)
def test_what_is_late_is_the_same_in_the_row_and_in_the_question(idea, state, days, late) -> None:
    now = timezone.now()
    Improvement.objects.filter(pk=idea.pk).update(state=state, moved_at=now - timedelta(days=days))
    idea.refresh_from_db()
    assert Improvement.objects.stalled(now).exists() is late
    assert idea.is_stalled(now) is late


def test_closing_tells_what_came_of_it(idea, coordinator) -> None:
    for state in ("done", "dropped"):
        with pytest.raises(ValidationError) as refused:
            change_row(by=acting(coordinator), row=idea, values={"state": state})
        assert "closing_note" in refused.value.error_dict
    change_row(by=acting(coordinator), row=idea, values={"state": "done", "closing_note": "Viesti on uusi."})


def test_a_coordinator_keeps_the_ideas_of_her_services(idea, county, second_service, rollout) -> None:
    one = make_person("sami")
    make_grant(one, Role.COORDINATOR, county=county, service=rollout.service)
    elsewhere = Improvement.objects.create(county=county, service=second_service, title="Muualla")
    everybody = Improvement.objects.create(county=county, title="Koko alueen")
    editable = Improvement.objects.editable_by(acting(one))
    assert idea in editable
    assert elsewhere not in editable
    assert everybody not in editable


class TestPage:
    def page(self, client, rollout, query=""):
        return client.get(reverse("adoption:improvements", args=[rollout.public_id]) + query)

    def test_what_nobody_moved_is_told(self, idea, rollout, signed_in, member) -> None:
        client = signed_in(member)
        assert self.page(client, rollout).context["stalled"] == 0
        Improvement.objects.filter(pk=idea.pk).update(moved_at=timezone.now() - timedelta(days=200))
        page = self.page(client, rollout)
        assert page.context["stalled"] == 1
        assert 'class="alert alert-warning' in page.content.decode()

    def test_the_most_wanted_is_first_and_others_services_are_shared(
        self, idea, rollout, second_service, signed_in, member, manager
    ) -> None:
        other = Improvement.objects.create(county=rollout.county, service=second_service, title="Neuvolan idea")
        client = signed_in(member)
        assert [row for row, _late in self.page(client, rollout).context["unfinished"]] == [idea]
        address = reverse("adoption:improvement_vote", args=[rollout.public_id, other.public_id])
        assert client.post(address, {"do": "vote", "all": "1"})["Location"].endswith(f"?all=1#i-{other.public_id}")
        assert [row for row, _late in self.page(client, rollout, "?all=1").context["unfinished"]] == [other, idea]
        assert client.post(address, {"do": "withdraw"}).status_code == 302
        assert not ImprovementVote.objects.exists()

    def test_an_idea_is_told_and_decided_on(self, rollout, signed_in, member, coordinator) -> None:
        address = reverse("adoption:improvements", args=[rollout.public_id])
        assert signed_in(member).post(address, {"title": ""}).status_code == 422
        assert signed_in(member).post(address, {"title": "Parempi", "source": "palaute"}).status_code == 302
        row = Improvement.objects.get()
        decide = reverse("adoption:improvement", args=[rollout.public_id, row.public_id])
        assert signed_in(member).post(decide, {"state": "dropped", "closing_note": "x"}).status_code == 403
        client = signed_in(coordinator)
        assert client.post(decide, {"state": "done", "version": row.version}).status_code == 422
        done = {"state": "done", "closing_note": "Tehtiin.", "version": row.version, "owner": coordinator.pk}
        assert client.post(decide, done).status_code == 302
        page = self.page(client, rollout)
        assert page.context["unfinished"] == []
        assert page.context["finished"] == [row]
