"""“Pyydä apua”: sent without a name, read with a code, answered in working days (S003-12, S003-13)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Resident, System
from accounts.choices import Role
from accounts.models import AuditEntry, OutgoingMail, User
from chat.choices import Medium, Outcome, State, Status
from chat.models import ContactDetail, Conversation, Event
from chat.operations import (
    ask_further,
    claim_conversation,
    claim_next,
    close_lines,
    end_conversation,
    erase_expired,
    keep_presence,
    leave_conversation,
    open_left_contact,
    post_message,
    request_identification,
    request_of,
    run_due,
    send_help_request,
    similar_answered,
    start_conversation,
)
from chat.operations.help import tell_answered
from chat.pace import codes_of
from chat.residents import CODE_LENGTH, CODE_LETTERS, holder_of, read_code, shown_code
from config.times import weekday_and_day
from guidance.models import PathVersion
from handbook.models import QuickReply
from handbook.operations import create_reply
from services.holidays_fi import working_day_after
from services.models import County, HelpField, HelpForm, Queue, Service, Topic
from services.operations import make_help_form, publish_help_form
from tests.conftest import acting, make_grant

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 3, 10, 0, tzinfo=UTC)  # a Thursday; the third working day after it is Tuesday the 8th
CODE = "K7QMD3XWPA0H5RTVYZ12"
WORDS = "Kuka auttaa äitiä kotona?"
LANGUAGES = ("fi", "sv", "en")


@pytest.fixture(autouse=True)
def _no_counters() -> None:
    cache.clear()


@pytest.fixture
def form(service: Service, queue: Queue, main_user: User) -> HelpForm:
    """The service's form, with one field of each kind, in use."""
    row = make_help_form(by=acting(main_user), service=service)
    HelpField.objects.create(form=row, kind="words", text_fi="Kunta", text_sv="Kommun", order=10)
    options = {"options_fi": "Itse\nLäheinen", "options_sv": "Jag\nEn närstående"}
    HelpField.objects.create(form=row, kind="one", text_fi="Kuka kysyy", text_sv="Vem frågar", order=20, **options)
    HelpField.objects.create(form=row, kind="yes_no", text_fi="Onko kiire?", text_sv="Är det bråttom?", order=30)
    return publish_help_form(by=acting(main_user), form=row, now=NOW)


@pytest.fixture
def send(form: HelpForm, service: Service) -> Callable[..., Conversation]:
    """A question that the holder of a code sends."""

    def make(code: str = CODE, *, contact: str = "", body: str = WORDS, now: datetime = NOW) -> Conversation:
        return send_help_request(by=holder_of(code), service=service, token=uuid4(), body=body, contact=contact, now=now)

    return make


def test_a_code_has_a_hundred_bits_and_is_read_as_people_write_it() -> None:
    assert len(CODE_LETTERS) ** CODE_LENGTH >= 2**80
    assert len(set(CODE_LETTERS)) == 32
    assert read_code(shown_code(CODE)) == CODE
    assert read_code(f" {shown_code(CODE).lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} ") == CODE
    assert read_code(CODE[:-1]) is None
    assert read_code("U" * CODE_LENGTH) is None


class TestSending:
    def test_it_stands_in_the_line_with_the_working_day_of_its_promise(self, send: Callable[..., Conversation]) -> None:
        row = send()
        assert (row.medium, row.state, row.person, row.must_identify) == (Medium.FORM, State.WAITING, "", False)
        assert timezone.localtime(row.answer_due_at).strftime("%d.%m. %H:%M") == "08.12. 23:59"  # the weekend is left out

    def test_holidays_are_no_working_days(self, send: Callable[..., Conversation]) -> None:
        row = send(now=datetime(2026, 12, 23, 8, 0, tzinfo=UTC))
        assert timezone.localdate(row.answer_due_at).isoformat() == "2026-12-30"  # the 24th and 25th are days off

    def test_the_code_stands_nowhere(self, send: Callable[..., Conversation]) -> None:
        row = send()
        stored = {str(value) for value in Conversation.objects.filter(pk=row.pk).values()[0].values()}
        assert not any(CODE in value for value in stored)

    def test_identity_codes_are_masked(self, send: Callable[..., Conversation]) -> None:
        row = send(body="Olen 131052-308T, auttakaa")
        assert "131052-308T" not in "".join(Event.objects.filter(conversation=row).values_list("body", flat=True))

    def test_only_a_form_in_use_takes_questions(self, send: Callable[..., Conversation], form: HelpForm) -> None:
        HelpForm.objects.update(is_on=False)
        with pytest.raises(ValidationError):
            send()

    def test_staff_do_not_send(self, form: HelpForm, service: Service, responder: User) -> None:
        with pytest.raises(PermissionDenied):
            send_help_request(by=acting(responder), service=service, token=uuid4(), body=WORDS, now=NOW)


class TestInTheLine:
    def test_who_is_here_now_goes_before_it(
        self, send: Callable[..., Conversation], service: Service, responder: User, resident: Resident
    ) -> None:
        asked = send(now=NOW - timedelta(days=1))
        chat = start_conversation(by=resident, service=service, token=uuid4(), now=NOW)
        assert claim_next(by=acting(responder), now=NOW).pk == chat.pk
        assert claim_next(by=acting(responder), now=NOW).pk == asked.pk  # though nobody has given a sign of life at it

    def test_it_takes_no_room_of_a_responder(
        self, send: Callable[..., Conversation], queue: Queue, service: Service, responder: User, resident: Resident
    ) -> None:
        Queue.objects.filter(pk=queue.pk).update(max_parallel=1)
        claim_conversation(by=acting(responder), conversation=send().public_id, now=NOW)
        chat = start_conversation(by=resident, service=service, token=uuid4(), now=NOW)
        assert claim_conversation(by=acting(responder), conversation=chat.public_id, now=NOW).state == State.ACTIVE

    def test_neither_night_nor_silence_ends_it(self, send: Callable[..., Conversation], queue: Queue, responder: User) -> None:
        row = send()
        Queue.objects.filter(pk=queue.pk).update(is_active=False)
        later = NOW + timedelta(days=1)
        close_lines(by=System(), now=later)
        run_due(by=System(), now=later)
        row.refresh_from_db()
        assert row.state == State.WAITING

    def test_it_stays_with_its_responder_when_she_goes_home(self, send: Callable[..., Conversation], responder: User) -> None:
        row = send()
        claim_conversation(by=acting(responder), conversation=row.public_id, now=NOW)
        keep_presence(by=System(), now=NOW + timedelta(hours=12))
        run_due(by=System(), now=NOW + timedelta(hours=12))
        row.refresh_from_db()
        assert (row.state, row.responder) == (State.ACTIVE, responder)

    def test_another_service_cannot_take_it(
        self, send: Callable[..., Conversation], second_responder: User, outsider: User
    ) -> None:
        row = send()
        for person in (second_responder, outsider):
            with pytest.raises(Conversation.DoesNotExist):
                claim_conversation(by=acting(person), conversation=row.public_id, now=NOW)


class TestAnswering:
    def test_the_answer_keeps_the_promise_and_a_further_question_makes_a_new_one(
        self, send: Callable[..., Conversation], responder: User
    ) -> None:
        row = send()
        by, holder = acting(responder), holder_of(CODE)
        claim_conversation(by=by, conversation=row.public_id, now=NOW)
        assert Conversation.objects.unanswered().count() == 1
        post_message(by=by, conversation=row.public_id, client_id=uuid4(), body="Soita neuvontaan.", now=NOW)
        assert Conversation.objects.unanswered().count() == 0
        friday = NOW + timedelta(days=1)
        ask_further(by=holder, conversation=row.public_id, client_id=uuid4(), body="Entä viikonloppuna?", now=friday)
        row.refresh_from_db()
        assert timezone.localdate(row.answer_due_at).isoformat() == "2026-12-09"
        end_conversation(by=by, conversation=row.public_id, outcome=Outcome.R1, topic=_topic(row), now=friday)
        row.refresh_from_db()
        assert row.status == Status.ANSWERED
        with pytest.raises(ValidationError):
            ask_further(by=holder, conversation=row.public_id, client_id=uuid4(), body="Vielä?", now=friday)

    def test_a_stranger_reads_and_asks_nothing(
        self, send: Callable[..., Conversation], stranger: Resident, county: County, other_county: County
    ) -> None:
        row = send()
        with pytest.raises(Conversation.DoesNotExist):
            ask_further(by=stranger, conversation=row.public_id, client_id=uuid4(), body="Hei", now=NOW)
        with pytest.raises(Conversation.DoesNotExist):
            request_of(by=stranger, county=county.pk)
        with pytest.raises(Conversation.DoesNotExist):
            request_of(by=holder_of(CODE), county=other_county.pk)

    def test_a_chat_is_not_opened_by_these_doors(
        self, form: HelpForm, responder: User, conversation_of: Callable[..., Conversation], resident: Resident, county: County
    ) -> None:
        row = conversation_of(resident)
        with pytest.raises(Conversation.DoesNotExist):
            ask_further(by=resident, conversation=row.public_id, client_id=uuid4(), body="Hei", now=NOW)
        with pytest.raises(Conversation.DoesNotExist):
            request_of(by=resident, county=county.pk)

    def test_it_is_no_contact(self, send: Callable[..., Conversation]) -> None:
        send()
        assert Conversation.objects.counted().count() == 0


class TestContactDetail:
    def test_only_its_responder_looks_at_it_and_that_is_recorded(
        self, send: Callable[..., Conversation], responder: User, colleague: User, outsider: User
    ) -> None:
        row = send(contact="040 123 4567")
        claim_conversation(by=acting(responder), conversation=row.public_id, now=NOW)
        for person in (colleague, outsider):
            with pytest.raises(ContactDetail.DoesNotExist):
                open_left_contact(by=acting(person), conversation=row.public_id, now=NOW)
        assert open_left_contact(by=acting(responder), conversation=row.public_id, now=NOW).value == "040 123 4567"
        entries = AuditEntry.objects.filter(object_type="chat.contactdetail", object_id=str(row.public_id), action="read")
        assert entries.count() == 1

    def test_it_is_erased_two_weeks_after_the_end(self, send: Callable[..., Conversation], responder: User) -> None:
        row = send(contact="040 123 4567")
        claim_conversation(by=acting(responder), conversation=row.public_id, now=NOW)
        post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Soita.", now=NOW)
        end_conversation(by=acting(responder), conversation=row.public_id, outcome=Outcome.R1, topic=_topic(row), now=NOW)
        erase_expired(by=System(), now=NOW + timedelta(days=13))
        assert ContactDetail.objects.get().value
        erase_expired(by=System(), now=NOW + timedelta(days=14))
        assert (ContactDetail.objects.get().value, ContactDetail.objects.get().erased_at is not None) == ("", True)


def test_an_answered_one_ends_two_weeks_after_the_last_word_and_an_unanswered_one_never(
    send: Callable[..., Conversation], responder: User
) -> None:
    answered, waiting = send(), send("A7QMD3XWPA0H5RTVYZ12")
    claim_conversation(by=acting(responder), conversation=answered.public_id, now=NOW)
    post_message(by=acting(responder), conversation=answered.public_id, client_id=uuid4(), body="Kotihoito.", now=NOW)
    claim_conversation(by=acting(responder), conversation=waiting.public_id, now=NOW)
    erase_expired(by=System(), now=NOW + timedelta(days=14, seconds=-1))
    answered.refresh_from_db()
    assert answered.state == State.ACTIVE
    erase_expired(by=System(), now=NOW + timedelta(days=14))
    answered.refresh_from_db()
    waiting.refresh_from_db()
    assert (answered.state, answered.status, waiting.state) == (State.ENDED, Status.ANSWERED, State.ACTIVE)
    assert answered.retain_until is not None


def test_who_sent_a_form_is_not_asked_to_identify(
    send: Callable[..., Conversation], responder: User, signed_in: Callable[..., Client]
) -> None:
    row = send()
    claim_conversation(by=acting(responder), conversation=row.public_id, now=NOW)
    with pytest.raises(ValidationError) as refused:
        request_identification(by=acting(responder), conversation=row.public_id, purpose="own_matter", now=NOW)
    assert refused.value.code == "identity_off"
    page = signed_in(responder).get(reverse("chat:console_conversation", args=[row.public_id]))
    assert f'id="i-{row.public_id}"' not in page.content.decode()


class TestResidentsPages:
    def test_the_whole_way_without_scripts(self, form: HelpForm, service: Service, responder: User, client: Client) -> None:
        address = reverse("chat:help_ask", args=[service.key])
        page = client.get(address)
        assert page.status_code == 200
        assert "112" in page.content.decode()
        today = timezone.localdate()
        promised = weekday_and_day(working_day_after(today, 3), "fi", today=today)
        assert promised in page.content.decode(), "the day of the answer is told before she writes (S003-13)"
        token = page.context["form"]["token"].value()
        sent = client.post(address, {"token": token, "f0": "Pori", "f1": "Läheinen", "body": WORDS, "contact": "x@y.fi"})
        code = sent.context["code"]
        assert promised in sent.content.decode()
        row = Conversation.objects.get()
        first = Event.objects.get(conversation=row, kind="message").body
        assert first == f"Kunta\nPori\n\nKuka kysyy\nLäheinen\n\n{WORDS}"
        again = client.post(address, {"token": token, "f0": "Pori", "f1": "Läheinen", "body": WORDS})
        assert (again.context["code"], Conversation.objects.count()) == (code, 1)

        claim_conversation(by=acting(responder), conversation=row.public_id, now=timezone.now())
        answer = "Soita neuvontaan arkisin."
        post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body=answer, now=timezone.now())
        other = Client()  # another day, another browser
        assert other.get(reverse("chat:help_request")).url == reverse("chat:help_look_up")
        opened = other.post(reverse("chat:help_look_up"), {"code": code.lower()}, follow=True)
        assert answer in opened.content.decode()
        token = opened.context["form"]["token"].value()
        other.post(reverse("chat:help_further"), {"token": token, "body": "Entä illalla?"})
        assert "Entä illalla?" in other.get(reverse("chat:help_request")).content.decode()
        other.post(reverse("chat:help_close"))
        assert other.get(reverse("chat:help_request")).status_code == 302
        other.post(reverse("chat:help_look_up"), {"code": code})
        other.post(reverse("chat:help_done"), {"sure": "1"})
        row.refresh_from_db()
        assert row.state == State.ENDED

    def test_who_has_seen_the_token_does_not_get_the_code(self, form: HelpForm, service: Service) -> None:
        address = reverse("chat:help_ask", args=[service.key])
        first, second = Client(), Client()
        token = uuid4()
        codes = set()
        for browser in (first, second):
            browser.get(address)
            browser.cookies["csrftoken"] = uuid4().hex
            codes.add(browser.post(address, {"token": token, "body": WORDS}).context["code"])
        assert len(codes) == 2

    def test_a_code_that_is_wrong_erased_or_elsewhere_gets_the_same_answer(
        self, send: Callable[..., Conversation], client: Client, other_county: County
    ) -> None:
        erased = "0" * CODE_LENGTH
        send(code=erased)
        Conversation.objects.update(erased_at=NOW)
        send()
        address = reverse("chat:help_look_up")
        answers = [client.post(address, {"code": code}) for code in ("2" * CODE_LENGTH, erased, "abc")]
        answers.append(client.post(address, {"code": CODE}, headers={"host": "toinen.test"}))
        told = [(page.status_code, [str(error) for error in page.context["form"].errors["code"]]) for page in answers]
        assert told == [told[0]] * 4
        assert told[0][0] == 422

    def test_guessing_is_stopped(self, send: Callable[..., Conversation], client: Client, settings: object) -> None:
        cache.clear()
        send()
        counter = codes_of("127.0.0.1")
        for _ in range(counter.most):
            counter.add()
        assert client.post(reverse("chat:help_look_up"), {"code": CODE}).status_code == 429

    def test_nothing_is_lost_when_it_is_refused(self, form: HelpForm, service: Service, client: Client) -> None:
        page = client.post(reverse("chat:help_ask", args=[service.key]), {"token": uuid4(), "f0": "Pori", "body": ""})
        assert (page.status_code, "Pori" in page.content.decode()) == (422, True)
        assert Conversation.objects.count() == 0

    def test_there_is_no_page_when_the_form_is_out_of_use(self, form: HelpForm, service: Service, client: Client) -> None:
        HelpForm.objects.update(is_on=False)
        assert client.get(reverse("chat:help_ask", args=[service.key])).status_code == 404

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_speaks_three_languages(self, form: HelpForm, service: Service, client: Client, language: str) -> None:
        page = client.get(f"/{language}/palvelu/{service.key}/kysy/").content.decode()
        assert {"fi": "Pyydä apua", "sv": "Be om hjälp", "en": "Ask for help"}[language] in page
        assert {"fi": "Kunta", "sv": "Kommun", "en": "Kunta"}[language] in page


class TestStaffsPages:
    def test_the_list_tells_what_is_late_and_no_words(
        self, send: Callable[..., Conversation], supervisor: User, signed_in: Callable[..., Client]
    ) -> None:
        send(now=timezone.now() - timedelta(days=30))
        send(code="2" * CODE_LENGTH, now=timezone.now())
        client = signed_in(supervisor)
        page = client.get(reverse("chat:help_requests"))
        assert (page.context["overdue"], page.context["count"]) == (1, 2)
        assert WORDS not in page.content.decode()

    def test_outsiders_see_none(
        self, send: Callable[..., Conversation], outsider: User, second_responder: User, signed_in: Callable[..., Client]
    ) -> None:
        row = send(contact="040 123 4567")
        assert Client().get(reverse("chat:help_requests")).status_code == 302
        assert signed_in(outsider).get(reverse("chat:help_requests")).status_code == 403
        assert signed_in(second_responder).get(reverse("chat:help_requests")).context["count"] == 0
        for person in (outsider, second_responder):
            assert signed_in(person).post(reverse("chat:help_contact", args=[row.public_id])).status_code in (403, 404)

    def test_the_console_marks_the_form_and_its_day(
        self, send: Callable[..., Conversation], responder: User, signed_in: Callable[..., Client]
    ) -> None:
        row = send(contact="040 123 4567", now=timezone.now() - timedelta(days=30))
        client = signed_in(responder)
        [entry] = client.get(reverse("chat:console")).context["waiting"]
        assert str(row.public_id) in entry and "is-late" in entry and "is-away" not in entry
        assert "Lomake, vastaus viimeistään" in entry
        client.post(reverse("chat:console_take", args=[row.public_id]))
        opened = client.get(reverse("chat:console_conversation", args=[row.public_id])).content.decode()
        assert re.search(re.escape(WORDS), opened)
        assert "040 123 4567" not in opened
        shown = client.post(reverse("chat:help_contact", args=[row.public_id])).content.decode()
        assert "040 123 4567" in shown


def _topic(row: Conversation) -> str | None:
    return Topic.objects.filter(service=row.service).values_list("key", flat=True).first()


class TestAfterTheAnswer:
    def test_who_left_an_address_is_told_once_and_nothing_of_the_matter(
        self, send: Callable[..., Conversation], responder: User
    ) -> None:
        row = send(contact="asukas@esimerkki.invalid")
        send("AAAAAAAAAAAAAAAAAAAA", contact="050 123 4567")
        assert tell_answered(now=NOW) == 0
        claim_conversation(by=acting(responder), conversation=row.public_id, now=NOW)
        post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Näin haetaan", now=NOW)
        assert [tell_answered(now=NOW + timedelta(minutes=1)) for _ in "ab"] == [1, 0]
        letter = OutgoingMail.objects.get(to="asukas@esimerkki.invalid")
        assert reverse("chat:help_look_up") in letter.body
        assert not any(
            word in letter.subject + letter.body for word in ("Näin haetaan", WORDS, row.service.name, str(row.public_id))
        )
        ask_further(by=holder_of(CODE), conversation=row.public_id, client_id=uuid4(), body="Entä sitten?", now=NOW)
        assert tell_answered(now=NOW + timedelta(hours=1)) == 0  # she waits again
        leave_conversation(by=holder_of(CODE), conversation=row.public_id, now=NOW)
        erase_expired(by=System(), now=NOW + timedelta(days=15))
        assert not OutgoingMail.objects.filter(to="asukas@esimerkki.invalid").exists()  # the letter's address goes with the detail

    def test_similar_answered_questions_are_for_its_responder_and_each_is_recorded(
        self, send: Callable[..., Conversation], responder: User, colleague: User, outsider: User, service: Service
    ) -> None:
        old = send("AAAAAAAAAAAAAAAAAAAA", body="Miten haen kotihoitoa äidille kotiin?")
        other = send("BBBBBBBBBBBBBBBBBBBB", body="Paljonko bussilippu maksaa eläkeläiselle?")
        for row in (old, other):
            claim_conversation(by=acting(responder), conversation=row.public_id, now=NOW)
            post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Soita numeroon", now=NOW)
        row = send(body="Isä tarvitsee kotihoitoa, miten sitä haen?")
        with pytest.raises(Conversation.DoesNotExist):
            similar_answered(by=acting(responder), conversation=row.public_id, now=NOW)  # not taken yet
        claim_conversation(by=acting(responder), conversation=row.public_id, now=NOW)
        found = similar_answered(by=acting(responder), conversation=row.public_id, now=NOW)
        assert [each.row.pk for each in found] == [old.pk]
        assert found[0].answer == "Soita numeroon"
        assert AuditEntry.objects.filter(purpose="similar", object_id=str(old.public_id)).count() == 1
        for person in (colleague, outsider):
            with pytest.raises(Conversation.DoesNotExist):
                similar_answered(by=acting(person), conversation=row.public_id, now=NOW)

    def test_the_quick_replies_of_chats_answer_questions_too(
        self, send: Callable[..., Conversation], responder: User, county: County, client: Client
    ) -> None:
        """One set of answers for chats and forms: offered beside a question, and counted (S003-16)."""
        reply = QuickReply(
            county=county,
            shortcut="/kotihoito",
            title_fi="Kotihoidon hakeminen",
            title_sv="Hemvård",
            text_fi="Kotihoitoa haetaan soittamalla asiakasohjaukseen.",
            text_sv="Hemvård söks per telefon.",
        )
        create_reply(by=System("test"), reply=reply, now=NOW, approve=True)
        row = send(body="Miten haen kotihoitoa isälle?")
        claim_conversation(by=acting(responder), conversation=row.public_id, now=NOW)
        client.force_login(responder)
        listed = client.get(reverse("chat:console_replies", args=[row.public_id]), headers={"accept": "application/json"}).json()
        [offered] = listed["replies"]
        assert offered["shortcut"] == "/kotihoito"
        post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body=offered["text"], now=NOW)
        counted = client.post(reverse("chat:console_replies_used"), {"reply": offered["id"]})
        assert counted.json() == {"counted": 1}

    def test_an_author_who_answers_makes_a_path_of_it(
        self, send: Callable[..., Conversation], responder: User, path_author: User, county: County, client: Client
    ) -> None:
        row = send(body="Miten haen kotihoitoa? Olen Kalle.")
        address = reverse("paths:of_question", args=[row.public_id])
        client.force_login(path_author)
        assert client.get(address).status_code == 404  # she may not read the question
        client.force_login(responder)
        assert client.get(address).status_code == 403  # she may not write paths
        make_grant(responder, Role.PATH_AUTHOR, county=county)
        page = client.get(address).content.decode()
        assert page.count("Miten haen kotihoitoa?") == 1  # shown, and proposed nowhere
        words = {"title_fi": "Kotihoidon hakeminen", "slug": "kotihoidon-hakeminen", "area": row.queue.key, "health": ""}
        assert client.post(address, words).status_code == 302
        version = PathVersion.objects.get(path__slug="kotihoidon-hakeminen")
        assert "Kalle" not in str(version.text)
        assert AuditEntry.objects.filter(object_id=str(row.public_id), purpose="path").exists()

    def test_the_board_leads_to_what_is_promised(self, send: Callable[..., Conversation], supervisor: User, client: Client) -> None:
        send()
        client.force_login(supervisor)
        assert reverse("chat:help_requests") in client.get(reverse("chat:board")).content.decode()
