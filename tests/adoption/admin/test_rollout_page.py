"""A rollout on its page in the admin: the card, the people, the checklist of each phase."""

from __future__ import annotations

import re
import threading
from collections import Counter
from datetime import date
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from accounts.models import AuditEntry, User
from adoption.choices import ItemState
from adoption.models import ItemHistory, Member, Rollout, RolloutItem
from adoption.operations import add_member, assign_item, change_card, end_rollout, move_item
from services.models import County
from tests.adoption.admin.conftest import change, own, row_of, shapes, tick, url, values_of
from tests.adoption.conftest import NOW, decide, item_of, tell
from tests.adoption.model import make_item, make_version
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def client(signed_in, coordinator: User) -> Client:
    return signed_in(coordinator)


def errors_of(response: Any) -> str:
    return " ".join(str(each) for each in response.context["adminform"].form.non_field_errors())


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_pages_open(client: Client, rollout: Rollout, language: str) -> None:
    item = item_of(rollout, "1.1")
    for page in (
        url("changelist", language=language),
        url("add", language=language),
        change(rollout, language=language),
        url("item", rollout.pk, item.public_id, language=language),
        url("form", rollout.pk, "need_mapping", language=language),
        url("gate", rollout.pk, "G1", language=language),
        url("history", rollout.pk, language=language),
        url("adopt", rollout.pk, language=language),
        url("end", rollout.pk, language=language),
    ):
        response = client.get(page)
        assert response.status_code == 200, page
        content = response.content.decode()
        assert " style=" not in content, "the policy forbids inline style"
        assert (
            own("rollout", rollout.public_id).replace("/fi/", f"/{language}/") in content or "/add/" in page or "rollout/" in page
        )


class TestCard:
    def test_a_rollout_is_started(self, client: Client, model_version, county: County, coordinator: User) -> None:
        page = client.get(url("add"))
        values = values_of(page) | {"name_fi": "Neuvolan chat", "summary_fi": "Lyhyesti", "tags": "etäpalvelut\nneuvola"}
        response = client.post(url("add"), values | {"funders": ["rrf", "own"], "links": "Malli https://alue.test/malli"})
        assert response.status_code == 302, response.context["errors"]
        row = Rollout.objects.get(name_fi="Neuvolan chat")
        assert response.url == change(row)
        assert (row.county, row.created_by, row.tags, row.funders) == (
            county,
            coordinator,
            ["etäpalvelut", "neuvola"],
            ["rrf", "own"],
        )
        assert row.links == [{"name": "Malli", "url": "https://alue.test/malli"}]
        assert row.items.count() > 20

    def test_pressing_twice_starts_one(self, client: Client, model_version, county: County, coordinator: User) -> None:
        values = values_of(client.get(url("add"))) | {"name_fi": "Neuvolan chat"}
        first, again = (client.post(url("add"), values) for _press in range(2))
        assert first.url == again.url == change(Rollout.objects.get(name_fi="Neuvolan chat"))

    def test_going_back_and_pressing_again_gives_the_one_that_was_started(
        self, client: Client, model_version, county: County, coordinator: User
    ) -> None:
        answers = []
        for _press in range(2):  # the page is opened anew, so each carries a press of its own
            values = values_of(client.get(url("add"))) | {"name_fi": "Neuvolan chat", "summary_fi": "Lyhyesti"}
            answers.append(client.post(url("add"), values, follow=True))
        assert [each.redirect_chain[-1][0] for each in answers] == [change(Rollout.objects.get())] * 2
        assert "Käyttöönotto on aloitettu" in answers[0].content.decode()
        assert "Aloitit tämän käyttöönoton jo" in answers[1].content.decode()
        refused = client.post(url("add"), values | {"summary_fi": "Toinen kuvaus"})
        assert (refused.status_code, Rollout.objects.count()) == (200, 1)
        assert "on aloitettu jo" in refused.content.decode()

    def test_a_service_that_is_being_taken_into_use_is_told_by_name(self, client: Client, rollout: Rollout, county: County) -> None:
        values = values_of(client.get(url("add"))) | {"name_fi": "Toinen chat", "service": str(rollout.service_id)}
        refused = client.post(url("add"), values)
        assert (refused.status_code, Rollout.objects.count()) == (200, 1)
        assert "on jo mukana käyttöönotossa" in refused.content.decode()

    def test_an_untouched_page_changes_nothing(self, client: Client, rollout: Rollout) -> None:
        page = client.get(change(rollout))
        written = AuditEntry.objects.count()
        rollout.refresh_from_db()
        touched = rollout.touched_at
        response = client.post(change(rollout), values_of(page))
        assert response.status_code == 302, response.context["errors"]
        rollout.refresh_from_db()
        assert (rollout.version, rollout.touched_at, AuditEntry.objects.count()) == (1, touched, written)

    def test_a_full_card_that_nobody_touched_is_not_saved_with_an_item(
        self, client: Client, rollout: Rollout, manager: User, coordinator: User
    ) -> None:
        """Boxes come in the order of the page, and a browser ends lines in its own way: neither is a change of the card."""
        words = {"summary_fi": "Ensimmäinen rivi.\nToinen rivi.", "funding_text": "Hanke", "programme": "RRP", "is_pilot": True}
        lists = {
            "funders": ["rrf", "own"],
            "tags": ["suun terveys", "digi"],
            "links": [{"name": "Malli", "url": "https://esim.fi"}],
        }
        change_card(by=acting(coordinator), rollout=rollout, values={**words, **lists, "sponsor": manager}, version=None, now=NOW)
        rollout.refresh_from_db()
        item = item_of(rollout, "1.1")
        page = client.get(change(rollout))
        written = {name: v.replace("\n", "\r\n") if isinstance(v, str) else v for name, v in values_of(page).items()}
        written["funders"] = ["own", "rrf"]
        response = client.post(change(rollout), written | {f"{row_of(page, item)}-to": ItemState.IN_PROGRESS})
        assert response.status_code == 302, response.context["errors"]
        version = rollout.version
        rollout.refresh_from_db()
        assert (rollout.version, rollout.funders) == (version, ["rrf", "own"])
        assert RolloutItem.objects.get(pk=item.pk).state == ItemState.IN_PROGRESS

    def test_the_card_is_changed(self, client: Client, rollout: Rollout, manager: User) -> None:
        page = client.get(change(rollout))
        values = values_of(page) | {"name_sv": "Chatt", "sponsor": str(manager.pk), "stage": "developing", "programme": "RRP"}
        assert client.post(change(rollout), values).status_code == 302
        rollout.refresh_from_db()
        assert (rollout.name_sv, rollout.sponsor, rollout.stage, rollout.programme) == ("Chatt", manager, "developing", "RRP")

    def test_a_stale_card_is_refused_with_what_is_saved(self, client: Client, rollout: Rollout, main_user: User) -> None:
        page = client.get(change(rollout))
        change_card(by=acting(main_user), rollout=rollout, values={"place": "Kuopio"}, version=1, now=NOW)
        response = client.post(change(rollout), values_of(page) | {"place": "Iisalmi"})
        assert response.status_code == 200
        assert "Kuopio" in response.content.decode()
        rollout.refresh_from_db()
        assert rollout.place == "Kuopio"

    def test_who_ticks_an_item_does_not_undo_a_newer_card(self, client: Client, rollout: Rollout, main_user: User) -> None:
        """The other person's text is not on her page: she is told, and nothing of it is lost."""
        page = client.get(change(rollout))
        change_card(by=acting(main_user), rollout=rollout, values={"place": "Kuopio"}, version=1, now=NOW)
        tick(client, rollout, item_of(rollout, "1.1"), "in_progress", page=page)
        rollout.refresh_from_db()
        assert rollout.place == "Kuopio"

    def test_an_ended_rollout_is_only_looked_at(self, client: Client, rollout: Rollout, coordinator: User) -> None:
        end_rollout(by=acting(coordinator), rollout=rollout, reason="Ei tarvita", now=NOW)
        content = client.get(change(rollout)).content.decode()
        assert "Ei tarvita" in content
        assert 'name="_save"' not in content
        assert client.post(change(rollout), {"name_fi": "X"}).status_code == 403

    def test_it_is_ended_in_the_admin(self, client: Client, rollout: Rollout) -> None:
        assert client.post(url("end", rollout.pk), {"reason": "Ei tarvita"}).status_code == 422
        assert client.post(url("end", rollout.pk), {"reason": "Ei tarvita", "sure": "on"}).status_code == 302
        rollout.refresh_from_db()
        assert rollout.end_reason == "Ei tarvita"

    def test_it_is_never_deleted(self, client: Client, rollout: Rollout) -> None:
        assert client.post(url("delete", rollout.pk), {"post": "yes"}).status_code == 403
        assert Rollout.objects.filter(pk=rollout.pk).exists()


class TestPeople:
    def test_somebody_is_named_changed_and_taken_away(self, client: Client, rollout: Rollout, manager: User, reader: User) -> None:
        page = client.get(change(rollout))
        new = {
            "members-TOTAL_FORMS": "1",
            "members-0-user": str(reader.pk),
            "members-0-role": "ict",
            "members-0-expertise": "verkko",
        }
        response = client.post(change(rollout), values_of(page) | new)
        assert response.status_code == 302, errors_of(response)
        member = Member.objects.get(rollout=rollout)
        assert (member.user, member.role, member.expertise) == (reader, "ict", "verkko")
        page = client.get(change(rollout))
        assert client.post(change(rollout), values_of(page) | {"members-0-role": "manager"}).status_code == 302
        member.refresh_from_db()
        assert (member.user, member.role) == (reader, "manager")
        page = client.get(change(rollout))
        assert client.post(change(rollout), values_of(page) | {"members-0-DELETE": "on"}).status_code == 302
        assert not Member.objects.filter(rollout=rollout).exists()

    def test_nobody_of_another_county_is_offered(self, client: Client, rollout: Rollout, outsider: User, reader: User) -> None:
        page = client.get(change(rollout))
        offered = page.context["inline_admin_formsets"][0].formset.empty_form.fields["user"].queryset
        assert reader in offered
        assert outsider not in offered
        new = {"members-TOTAL_FORMS": "1", "members-0-user": str(outsider.pk), "members-0-role": "ict"}
        assert client.post(change(rollout), values_of(page) | new).status_code == 200
        assert not Member.objects.exists()


class TestChecklist:
    def test_every_item_stands_under_its_phase_with_what_it_lacks(self, client: Client, rollout: Rollout) -> None:
        page = client.get(change(rollout))
        phases = [inline for inline in page.context["inline_admin_formsets"] if hasattr(inline.opts, "phase")]
        assert [inline.opts.phase.key for inline in phases] == ["selvitys", "maarittely", "toteutus", "paattaminen"]
        shown = [form.instance for inline in phases for form in inline.formset.forms]
        assert {item.pk for item in shown} == set(rollout.items.values_list("pk", flat=True))
        content = page.content.decode()
        assert "Tarvitaan vielä" in content
        assert "Kehittämisehdotus" in content

    def test_an_item_is_begun_waits_is_blocked_and_goes_on(self, client: Client, rollout: Rollout, coordinator: User) -> None:
        item = item_of(rollout, "2.1")
        for to, why in (("in_progress", ""), ("waiting_decision", ""), ("blocked", "Odotetaan"), ("in_progress", "")):
            response = tick(client, rollout, item_of(rollout, "2.1"), to, why=why)
            assert response.status_code == 302, errors_of(response)
        steps = ItemHistory.objects.filter(item=item).order_by("at", "pk")
        assert [(step.became, step.reason, step.by) for step in steps] == [
            ("in_progress", "", coordinator),
            ("waiting_decision", "", coordinator),
            ("blocked", "Odotetaan", coordinator),
            ("in_progress", "", coordinator),
        ]

    def test_done_names_the_missing_parts_and_loses_nothing(self, client: Client, rollout: Rollout) -> None:
        tick(client, rollout, item_of(rollout, "1.4"), "in_progress")
        response = tick(client, rollout, item_of(rollout, "1.4"), "done", due="2026-12-24")
        assert response.status_code == 200
        told = errors_of(response)
        assert told.startswith("1.4:")
        assert "Päätös" in told
        form = next(
            form for inline in response.context["inline_admin_formsets"] for form in inline.formset.forms
            if form.prefix == row_of(response, item_of(rollout, "1.4"))
        )  # fmt: skip
        assert form["due"].value() == "2026-12-24"
        assert form["to"].value() == "done"
        assert "Päätös" in str(form.non_field_errors())
        item = item_of(rollout, "1.4")
        assert (item.state, item.due_on) == (ItemState.IN_PROGRESS, None), "all that is on the page, or nothing"

    def test_a_whole_item_becomes_done_and_is_opened_again_with_a_reason(
        self, client: Client, rollout: Rollout, coordinator: User
    ) -> None:
        tell(rollout, coordinator, "2.1")
        response = tick(client, rollout, item_of(rollout, "2.1"), "done")
        assert response.status_code == 302, errors_of(response)
        assert item_of(rollout, "2.1").state == ItemState.DONE
        refused = tick(client, rollout, item_of(rollout, "2.1"), "in_progress")
        assert "2.1:" in errors_of(refused)
        assert tick(client, rollout, item_of(rollout, "2.1"), "in_progress", why="Tarpeet muuttuivat").status_code == 302
        assert item_of(rollout, "2.1").reason == "Tarpeet muuttuivat"

    def test_what_the_live_system_shows_is_done_when_the_page_opens(self, client: Client, rollout: Rollout, manager: User) -> None:
        decide(rollout, manager)
        client.get(change(rollout))
        assert (item_of(rollout, "1.4").state, item_of(rollout, "1.4").done_by_system) == (ItemState.DONE, True)

    def test_that_an_item_does_not_apply_is_managements(
        self, client: Client, rollout: Rollout, signed_in, grant, coordinator
    ) -> None:
        refused = tick(client, rollout, item_of(rollout, "2.1"), "not_applicable", why="Ei koske")
        assert "johto" in errors_of(refused).lower()
        assert item_of(rollout, "2.1").state == ItemState.NOT_STARTED
        grant(coordinator, "manager", county=rollout.county)
        assert tick(client, rollout, item_of(rollout, "2.1"), "not_applicable", why="Ei koske").status_code == 302
        assert item_of(rollout, "2.1").state == ItemState.NOT_APPLICABLE

    def test_the_steps_that_are_offered_are_hers(self, client: Client, rollout: Rollout) -> None:
        page = client.get(change(rollout))
        prefix = row_of(page, item_of(rollout, "2.1"))
        form = next(f for i in page.context["inline_admin_formsets"] for f in i.formset.forms if f.prefix == prefix)
        assert [code for code, _words in form.fields["to"].widget.choices] == ["", "in_progress", "blocked"]

    def test_person_and_day_are_saved_and_told_by_the_audit(self, client: Client, rollout: Rollout, supervisor: User) -> None:
        response = tick(client, rollout, item_of(rollout, "2.1"), person=str(supervisor.pk), due="2026-12-01")
        assert response.status_code == 302, errors_of(response)
        item = item_of(rollout, "2.1")
        assert (item.owner, item.due_on, item.state) == (supervisor, date(2026, 12, 1), "not_started")
        entry = AuditEntry.objects.get(object_type="adoption.rolloutitem")
        assert (entry.object_id, entry.after["due_on"]) == (str(item.public_id), "2026-12-01")

    def test_a_reason_without_a_step_is_asked_of(self, client: Client, rollout: Rollout) -> None:
        assert "2.1:" in errors_of(tick(client, rollout, item_of(rollout, "2.1"), "", why="Miksi"))

    def test_an_item_of_another_rollout_is_not_moved_from_here(
        self, client: Client, rollout: Rollout, coordinator: User, county: County
    ) -> None:
        from adoption.operations import start_rollout

        other = start_rollout(by=acting(coordinator), county=county, name={"fi": "Toinen"}, now=NOW)
        page = client.get(change(rollout))
        prefix = row_of(page, item_of(rollout, "2.1"))
        foreign = item_of(other, "2.1")
        values = values_of(page) | {f"{prefix}-id": str(foreign.pk), f"{prefix}-to": "in_progress"}
        assert client.post(change(rollout), values).status_code == 200
        assert item_of(other, "2.1").state == item_of(rollout, "2.1").state == ItemState.NOT_STARTED


class TestTwoPeople:
    """One wins, the other is told once and clearly."""

    def test_the_second_who_ticks_is_told_who_was_first(
        self, client: Client, rollout: Rollout, signed_in, main_user: User, coordinator: User
    ) -> None:
        tell(rollout, coordinator, "2.1")
        second = signed_in(main_user)
        seen = second.get(change(rollout))
        assert tick(client, rollout, item_of(rollout, "2.1"), "done").status_code == 302
        response = tick(second, rollout, item_of(rollout, "2.1"), "done", page=seen)
        assert response.status_code == 200
        told = errors_of(response)
        assert told.count(str(coordinator)) == 1
        assert "2.1:" in told
        item = item_of(rollout, "2.1")
        steps = ItemHistory.objects.filter(item=item, became="done")
        assert [step.by for step in steps] == [coordinator]
        again = second.post(change(rollout), values_of(response))
        assert again.status_code == 302, "the page came back as it now stands"
        assert ItemHistory.objects.filter(item=item, became="done").count() == 1

    def test_what_somebody_else_did_to_other_items_is_not_undone(
        self, client: Client, rollout: Rollout, main_user: User, supervisor: User
    ) -> None:
        seen = client.get(change(rollout))
        assign_item(
            by=acting(main_user), item=item_of(rollout, "2.2"), owner=supervisor, due_on=date(2026, 12, 5), version=1, now=NOW
        )
        move_item(by=acting(main_user), item=item_of(rollout, "2.3"), to="in_progress", now=NOW)
        assert tick(client, rollout, item_of(rollout, "2.1"), "in_progress", page=seen).status_code == 302
        assert item_of(rollout, "2.2").owner == supervisor
        assert item_of(rollout, "2.3").state == item_of(rollout, "2.1").state == ItemState.IN_PROGRESS


class TestOtherPages:
    def test_a_manager_decides_on_the_items_page(self, signed_in, rollout: Rollout, manager: User) -> None:
        client, item = signed_in(manager), item_of(rollout, "2.1")
        page = url("item", rollout.pk, item.public_id)
        response = client.post(page, {"do": "move", "to": "not_applicable", "reason": "", "version": "1"})
        assert response.status_code == 422
        response = client.post(page, {"do": "move", "to": "not_applicable", "reason": "Ei koske", "version": "1"})
        assert response.url == page
        assert item_of(rollout, "2.1").state == ItemState.NOT_APPLICABLE
        assert client.post(change(rollout), {"name_fi": "X"}).status_code == 403

    def test_a_question_is_answered(self, client: Client, rollout: Rollout) -> None:
        assert "new_technology" in client.get(change(rollout)).content.decode()
        response = client.post(url("answer", rollout.pk), {"question": "new_technology", "answer": "no"})
        assert response.url == change(rollout)
        assert item_of(rollout, "1.6").state == ItemState.NOT_APPLICABLE

    def test_new_items_are_added(self, client: Client, rollout: Rollout) -> None:
        page = client.get(url("adopt", rollout.pk))
        code = page.context["form"].fields["codes"].choices[0][0]
        before = rollout.items.count()
        assert client.post(url("adopt", rollout.pk), {"codes": [code]}).status_code == 302
        assert rollout.items.count() == before + 1
        assert client.get(change(rollout)).status_code == 200

    def test_the_live_system_is_looked_at_by_a_button(self, client: Client, rollout: Rollout) -> None:
        response = client.post(url("check", rollout.pk), follow=True)
        assert any("Tarkistettu" in str(message) for message in response.context["messages"])

    def test_the_ways_lead_to_the_own_pages_and_back(
        self, client: Client, signed_in, rollout: Rollout, supervisor: User, coordinator: User
    ) -> None:
        item = item_of(rollout, "1.1")
        pairs = [
            (change(rollout), own("rollout", rollout.public_id)),
            (url("item", rollout.pk, item.public_id), own("item", rollout.public_id, item.public_id)),
            (url("gate", rollout.pk, "G1"), own("gate", rollout.public_id, "G1")),
        ]
        for there, here in pairs:
            assert f'href="{here}"' in client.get(there).content.decode(), there
            assert f'href="{there}"' in client.get(here).content.decode(), here
        add_member(by=acting(coordinator), rollout=rollout, user=supervisor, role="supervisor")
        assert "/hallinta/" not in signed_in(supervisor).get(own("rollout", rollout.public_id)).content.decode()


def test_more_rows_ask_no_more_of_the_database(
    client: Client, rollout: Rollout, coordinator: User, django_assert_max_num_queries: Any, manager: User
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def counted() -> Counter[str]:
        client.get(change(rollout))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(change(rollout)).status_code == 200
        return shapes(queries)

    RolloutItem.objects.filter(rollout=rollout).exclude(model_item__code__startswith="1").delete()
    few = counted()
    from adoption.models import ItemPart, ModelItem
    from adoption.operations.ground import make_parts

    rows = ModelItem.objects.filter(phase__model_version=rollout.model_version).exclude(code__startswith="1")
    items = RolloutItem.objects.bulk_create([RolloutItem(rollout=rollout, model_item=row) for row in rows])
    make_parts(list(RolloutItem.objects.filter(pk__in=[item.pk for item in items]).select_related("model_item")))
    for item in items[:8]:
        assign_item(by=acting(coordinator), item=item, owner=manager, due_on=date(2026, 12, 1), now=NOW)
    tell(rollout, coordinator, "2.4")
    assert ItemPart.objects.filter(item__rollout=rollout).count() > 30
    more = counted() - few
    assert all(times == 1 for times in more.values()), more
    assert more.total() <= 4, f"what is asked only once there is a filling, a form or an owner: {more}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres(only=True)
def test_two_who_press_at_the_same_moment_get_one_winner(
    rollout: Rollout, coordinator: User, main_user: User, signed_in: Any
) -> None:
    tell(rollout, coordinator, "2.1")
    clients = [signed_in(user) for user in (coordinator, main_user)]
    pages = [client.get(change(rollout)) for client in clients]
    barrier, answers = threading.Barrier(2), []

    def run(client: Client, page: Any) -> None:
        barrier.wait()
        try:
            answers.append(tick(client, rollout, item_of(rollout, "2.1"), "done", page=page))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in zip(clients, pages, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    loser = next(answer for answer in answers if answer.status_code == 200)
    winner = ItemHistory.objects.get(item=item_of(rollout, "2.1"), became="done").by
    assert str(winner) in errors_of(loser)


def test_new_items_are_ticked_as_on_the_rollouts_own_page_and_optional_ones_are_not(
    client: Client, rollout: Rollout, county: County
) -> None:
    make_item(make_version(county), "toteutus", "3.8", "accessibility")
    page = client.get(url("adopt", rollout.pk))
    ticked = {found for found in re.findall(r'<input[^>]*name="codes"[^>]*>', page.content.decode()) if "checked" in found}
    assert [re.search(r'value="([^"]*)"', each)[1] for each in ticked] == ["3.8"]  # type: ignore[index]
    offered = client.get(own("rollout", rollout.public_id)).context["offered"]
    assert page.context["form"]["codes"].value() == offered["codes"].value()
