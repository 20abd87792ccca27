from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils import timezone, translation

from accounts.choices import Role
from accounts.directory import county_names, service_names
from accounts.models import AuditEntry, Grant, OutgoingMail, User
from accounts.operations import change_person, queue_mail, record_audit
from accounts.sessions import staff_of_session
from tests.conftest import acting, make_grant, make_person

pytestmark = pytest.mark.django_db
PEOPLE = "admin:accounts_user_changelist"
GRANTS = "admin:accounts_grant_changelist"
AUDIT = "admin:accounts_auditentry_changelist"
LETTERS = "admin:accounts_outgoingmail_changelist"


def text(response) -> str:
    return str(response.content.decode())


def fields(html: str) -> dict[str, str]:
    """What a browser would send back of a form as it is."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input\b[^>]*>", html):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="checkbox"' not in tag and 'type="submit"' not in tag:
            found[name[1]] = value[1] if value else ""
    for name, body in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    return found


# --- the door ---


def test_visitor_signs_in_at_the_common_door(client, county):
    response = client.get("/fi/hallinta/")
    assert response.status_code == 302
    assert client.get(response.url, follow=True).redirect_chain[-1][0] == "/fi/tili/kirjaudu/?next=/fi/hallinta/"


@pytest.mark.parametrize("who", ["responder", "supervisor", "reader", "area_professional", "former"])
def test_others_are_refused_and_it_is_written_down(signed_in, request, who):
    user = request.getfixturevalue(who)
    response = signed_in(user).get("/fi/hallinta/", follow=True)
    assert response.status_code == 403
    assert AuditEntry.objects.filter(action="refused", actor_id=str(user.public_id)).exists()


def test_flags_set_by_hand_open_nothing(signed_in, county):
    user = make_person("juuri", is_staff=True, is_superuser=True)
    assert signed_in(user).get("/fi/hallinta/", follow=True).status_code == 403


def test_only_pages_that_save_by_operations_are_there():
    assert all(getattr(page, "operated", False) for page in admin.site._registry.values())
    assert not admin.site.is_registered(Group)
    with pytest.raises(ImproperlyConfigured):
        admin.site.register(Group, type("Careless", (), {"__module__": "services.admin"}))


def test_privacy_officer_sees_the_audit_and_nothing_else(signed_in, privacy_officer):
    client = signed_in(privacy_officer)
    assert client.get(reverse(AUDIT)).status_code == 200
    for name in (PEOPLE, GRANTS, LETTERS):
        response = client.get(reverse(name))
        assert response.status_code == 403 or "0 " in text(response) or "paginator" in text(response), name
    assert client.get(reverse("admin:accounts_user_add")).status_code == 403


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize(
    "name", [PEOPLE, GRANTS, AUDIT, LETTERS, "admin:accounts_user_add", "admin:accounts_grant_add", "admin:index"]
)
def test_every_page_opens_in_three_languages(signed_in, main_user, name, language):
    queue_mail(key="k", to="a@alue.test", subject="s", body="b", county="koe")
    address = reverse(name).replace("/fi/", f"/{language}/", 1)
    assert signed_in(main_user).get(address).status_code == 200


# --- people ---


def test_main_user_sees_the_people_of_her_county_only(signed_in, main_user, responder, outsider):
    page = text(signed_in(main_user).get(reverse(PEOPLE)))
    assert responder.email in page
    assert outsider.email not in page
    assert signed_in(main_user).get(reverse("admin:accounts_user_change", args=[outsider.pk])).status_code == 302
    assert (
        signed_in(outsider, host="toinen.test").get(reverse("admin:accounts_user_change", args=[responder.pk])).status_code == 302
    )


def test_main_user_opens_an_account_and_gives_a_role(signed_in, main_user, service):
    client = signed_in(main_user)
    values = fields(text(client.get(reverse("admin:accounts_user_add"))))
    values |= {"email": "uusi@alue.test", "first_name": "Uusi", "last_name": "Ihminen", "county": "koe", "language": "fi"}
    response = client.post(reverse("admin:accounts_user_add"), values)
    assert response.status_code == 302, text(response)
    person = User.objects.get(email="uusi@alue.test")
    assert "http://testserver/fi/tili/salasana/unohtunut/" in OutgoingMail.objects.get().body

    values = fields(text(client.get(reverse("admin:accounts_grant_add"))))
    values |= {"user": str(person.pk), "role": Role.RESPONDER, "county": "koe", "reason": "uusi työntekijä"}
    response = client.post(reverse("admin:accounts_grant_add"), values)
    assert response.status_code == 302, text(response)
    assert Grant.objects.get(user=person).granted_by == main_user


def test_refusal_of_the_operation_keeps_what_was_typed(signed_in, main_user, responder):
    client = signed_in(main_user)
    values = fields(text(client.get(reverse("admin:accounts_user_add"))))
    values |= {"email": responder.email.upper(), "first_name": "Toinen", "last_name": "Maija", "county": "koe", "language": "fi"}
    response = client.post(reverse("admin:accounts_user_add"), values)
    assert response.status_code == 200
    assert "on jo jollakulla" in text(response)
    assert 'value="Toinen"' in text(response)
    assert not AuditEntry.objects.filter(action="create").exists()


def test_stale_save_shows_what_is_now_saved_and_the_next_press_saves(signed_in, main_user, responder):
    client = signed_in(main_user)
    address = reverse("admin:accounts_user_change", args=[responder.pk])
    values = fields(text(client.get(address)))
    change_person(by=acting(main_user), user_id=responder.pk, version=1, first_name="Marja")
    values["first_name"] = "Maiju"
    response = client.post(address, values)
    assert response.status_code == 200
    assert "Joku muu on muuttanut" in text(response)
    assert "Nyt tallennettuna: Marja" in text(response)
    assert 'value="Maiju"' in text(response)
    responder.refresh_from_db()
    assert responder.first_name == "Marja"
    again = client.post(address, fields(text(response)))
    assert again.status_code == 302, text(again)
    responder.refresh_from_db()
    assert (responder.first_name, responder.version) == ("Maiju", 3)


def test_accounts_are_closed_and_opened_from_the_list(signed_in, main_user, responder):
    client, key = signed_in(main_user), signed_in(responder).session.session_key
    chosen = {"_selected_action": [responder.pk]}
    client.post(reverse(PEOPLE), {"action": "close", **chosen})
    responder.refresh_from_db()
    assert not responder.is_active
    assert staff_of_session(key) is None
    client.post(reverse(PEOPLE), {"action": "open_again", **chosen})
    responder.refresh_from_db()
    assert responder.is_active
    told = text(client.post(reverse(PEOPLE), {"action": "close", "_selected_action": [main_user.pk]}, follow=True))
    assert "Omaa tiliä ei voi sulkea" in told
    assert "delete_selected" not in told


# --- rights ---


def test_role_is_dated_and_ended(signed_in, main_user, responder):
    client, grant = signed_in(main_user), Grant.objects.get(user=responder)
    address = reverse("admin:accounts_grant_change", args=[grant.pk])
    values = fields(text(client.get(address)))
    until = timezone.localtime() + timedelta(days=3)
    values |= {"valid_until_0": until.strftime("%d.%m.%Y"), "valid_until_1": "12:00"}
    response = client.post(address, values)
    assert response.status_code == 302, text(response)
    grant.refresh_from_db()
    assert grant.valid_until
    assert grant.valid_until.date() == until.date()
    values["valid_until_0"] = "1.1.2019"
    assert "päätyttävä" in text(client.post(address, {**values, "row_version": "2"}))
    client.post(reverse(GRANTS), {"action": "end_now", "_selected_action": [grant.pk]})
    grant.refresh_from_db()
    assert grant.revoked_at


def test_own_role_is_seen_but_not_changed(signed_in, main_user):
    client, own = signed_in(main_user), Grant.objects.get(user=main_user)
    page = text(client.get(reverse("admin:accounts_grant_change", args=[own.pk])))
    assert 'name="_save"' not in page
    client.post(reverse(GRANTS), {"action": "end_now", "_selected_action": [own.pk]})
    own.refresh_from_db()
    assert own.revoked_at is None
    add = text(client.get(reverse("admin:accounts_grant_add")))
    assert f'<option value="{main_user.pk}"' not in add


def test_rights_of_another_county_are_not_there(signed_in, main_user, outsider, county):
    client = signed_in(main_user)
    theirs = Grant.objects.filter(user=outsider)[0]
    assert "olavi" not in text(client.get(reverse(GRANTS)))
    assert client.get(reverse("admin:accounts_grant_change", args=[theirs.pk])).status_code == 302
    values = fields(text(client.get(reverse("admin:accounts_grant_add"))))
    person = make_person("uusi", home_county="koe")
    response = client.post(
        reverse("admin:accounts_grant_add"), {**values, "user": str(person.pk), "role": Role.READER, "county": "toinen"}
    )
    assert response.status_code == 200
    assert not person.grants.exists()


def test_names_of_places_come_from_the_floor_above(county, service):
    assert county_names(["koe"])["koe"]
    assert all(isinstance(name, str) for name in service_names(["koe"]).values())


# --- audit ---


def test_audit_is_searched_by_county_and_the_search_is_audited(signed_in, privacy_officer, main_user, outsider):
    record_audit(by=acting(main_user), action="read", object_type="chat.conversation", object_id="oma", county="koe")
    record_audit(by=acting(outsider), action="read", object_type="chat.conversation", object_id="vieras", county="toinen")
    client = signed_in(privacy_officer)
    page = text(client.get(reverse(AUDIT), {"q": "oma"}))
    assert "oma" in page
    assert "vieras" not in text(client.get(reverse(AUDIT)))
    search = AuditEntry.objects.filter(action="search").earliest("at")
    assert (search.actor_name, search.county, search.count) == ("Tiina", "koe", 1)
    assert search.after == {"asked": {"q": ["oma"]}}


@pytest.mark.postgres
def test_a_search_that_no_database_could_store_is_still_written_down(signed_in, privacy_officer):
    assert signed_in(privacy_officer).get("/fi/hallinta/accounts/auditentry/?q=a%00b").status_code in {200, 302}
    assert AuditEntry.objects.filter(action="search").exists()


@pytest.mark.parametrize(
    "asked",
    [
        "user/?password__startswith=argon2",
        "user/?email__startswith=r",
        "user/?authenticator__data__contains=x",
        "auditentry/?before__contains=x",
        "auditentry/?session__startswith=a",
    ],
)
def test_a_list_is_filtered_only_by_what_its_page_offers(signed_in, main_user, responder, asked):
    assert signed_in(main_user).get(f"/fi/hallinta/accounts/{asked}").status_code == 400


@pytest.mark.parametrize(
    "asked",
    ["user/?is_active__exact=1", "auditentry/?action__exact=read", "auditentry/?at__year=2026", "outgoingmail/?sent_at__isempty=1"],
)
def test_what_the_page_offers_filters_it(signed_in, main_user, asked):
    assert signed_in(main_user).get(f"/fi/hallinta/accounts/{asked}").status_code == 200


def test_opening_a_line_is_audited_and_nothing_can_be_changed(signed_in, privacy_officer, main_user, outsider):
    entry = record_audit(by=acting(main_user), action="change", object_type="x", county="koe", after={"nimi": "<b>Åsa</b>"})
    client = signed_in(privacy_officer)
    address = reverse("admin:accounts_auditentry_change", args=[entry.pk])
    page = text(client.get(address))
    assert "&lt;b&gt;Åsa" in page
    assert 'name="_save"' not in page
    assert AuditEntry.objects.get(action="read").object_id == str(entry.pk)
    assert client.post(address, {"purpose": "väärennös"}).status_code == 403
    assert client.get(reverse("admin:accounts_auditentry_add")).status_code == 403
    assert client.post(reverse("admin:accounts_auditentry_delete", args=[entry.pk]), {"post": "yes"}).status_code == 403
    stranger = signed_in(outsider, host="toinen.test")
    assert stranger.get(address).status_code == 302  # as if it didn't exist


def test_history_of_a_row_is_its_part_of_the_audit(signed_in, main_user, responder):
    response = signed_in(main_user).get(reverse("admin:accounts_user_history", args=[responder.pk]))
    assert response.url == f"{reverse(AUDIT)}?q={responder.public_id}"


# --- letters ---


def test_letters_are_seen_by_their_county_and_not_changed(signed_in, main_user, outsider, county):
    queue_mail(key="oma", to="a@alue.test", subject="Oman alueen viesti", body="b", county="koe")
    queue_mail(key="vieras", to="b@toinen.test", subject="Vieraan alueen viesti", body="b", county="toinen")
    page = text(signed_in(main_user).get(reverse(LETTERS)))
    assert "Oman alueen viesti" in page
    assert "Vieraan alueen viesti" not in page
    letter = OutgoingMail.objects.get(key="oma")
    assert 'name="_save"' not in text(signed_in(main_user).get(reverse("admin:accounts_outgoingmail_change", args=[letter.pk])))


def test_person_of_two_counties_is_seen_but_not_changed(signed_in, main_user, responder, other_county):
    make_grant(responder, Role.RESPONDER, county=other_county)
    page = text(signed_in(main_user).get(reverse("admin:accounts_user_change", args=[responder.pk])))
    assert responder.email in page
    assert 'name="_save"' not in page


# --- the audit in words ---


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", {"Keskustelu", "Henkilö", "Häiriön raportti", "Portaalin sivu", "Asukkaan tunnistus"}),
        ("sv", {"Samtal", "Person", "Rapport om en störning", "En sida i portalen", "Identifiering av en invånare"}),
        ("en", {"Conversation", "Person", "Report of a disruption", "A page of the portal", "Identification of a resident"}),
    ],
)
def test_the_audit_list_speaks_in_words(signed_in, privacy_officer, main_user, language, words):
    asked = ("chat.conversation", "accounts.user", "chat.disruption_report", "chat:console", "chat.identity")
    lines = [record_audit(by=acting(main_user), action="read", object_type=code, county="koe") for code in asked]
    client = signed_in(privacy_officer)
    with translation.override(language):
        listed, opened = reverse(AUDIT), reverse("admin:accounts_auditentry_change", args=[lines[0].pk])
    page = text(client.get(listed))
    rows = page.split('id="result_list"')[1].split("</table>")[0]
    assert words <= set(re.findall(r'class="field-shown_kind[^"]*">([^<]+)<', rows))
    assert not [code for code in asked if code in re.sub(r'(href|value)="[^"]*"', "", page)], "a technical name is shown"
    assert "chat.conversation" in text(client.get(opened)), "the page of a line keeps it"


def test_the_audit_is_filtered_by_kinds_in_words(signed_in, privacy_officer, main_user, outsider):
    for code, who, county in (
        ("chat.conversation", main_user, "koe"),
        ("chat:console", main_user, "koe"),
        ("chat.feedback", outsider, "toinen"),
    ):
        record_audit(by=acting(who), action="read", object_type=code, object_id="x", county=county)
    client = signed_in(privacy_officer)

    def kinds(**asked):
        return {line.object_type for line in client.get(reverse(AUDIT), asked).context["cl"].queryset}

    assert kinds(object_type="chat.conversation") == {"chat.conversation"}
    assert kinds(object_type="page") == {"chat:console"}
    assert kinds(object_type="chat.feedback") == set(), "another county's line"
    assert kinds(actor_kind="resident") == set()
    page = text(client.get(reverse(AUDIT)))
    assert "object_type=chat.conversation" in page
    assert "object_type=chat.feedback" not in page, "what only another county has is not offered"
    assert "actor_kind=staff" in page
