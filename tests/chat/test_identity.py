"""Identification in the middle of a conversation: who may ask, what is stored, and that nothing is when anything is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.actors import Resident, System
from accounts.models import AuditEntry, User
from chat.choices import Behalf, EventKind, IdentificationState, State
from chat.identity_providers import Ask, Departure, Fault, Kept, Mandate, Proof, ProviderError
from chat.identity_providers.development import DevelopmentProvider, code_for
from chat.models import Conversation, Event, IdentityRequest
from chat.models.identifications import ANSWERED_WITHIN
from chat.operations import (
    Child,
    Return,
    claim_conversation,
    claim_next,
    complete_identification,
    decline_identification,
    end_conversation,
    erase_expired,
    leave_conversation,
    may_see_name,
    open_identification,
    recall_identification,
    request_identification,
    run_due,
    show_name,
    start_conversation,
)
from services.choices import Identification
from services.models import Queue, Service
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

BACK = "http://testserver/fi/tunnistautuminen/paluu/"
NAME = "Testilä Tessa"
SYSTEM = System("test")


class Fake:
    """A provider that gives what the test wants."""

    key = "oidc"
    offers_mandates = True

    def __init__(self, proof: Proof | None = None, fault: Fault | None = None) -> None:
        self.proof = proof or Proof("https://op.test", "123", NAME, "bank", "high")
        self.fault = fault
        self.finished: list[Mapping[str, str]] = []

    def begin(self, ask: Ask) -> Departure:
        self.ask = ask
        state = uuid4().hex
        return Departure(f"https://op.test/?state={state}", state, "nonce-" + state, "verifier-" + state)

    def finish(self, params: Mapping[str, str], kept: Kept) -> Proof:
        self.finished.append(params)
        assert kept.nonce == "nonce-" + params["state"]
        if self.fault is not None:
            raise ProviderError(self.fault, "test")
        return self.proof


@pytest.fixture
def talk(conversation_of: Callable[..., Conversation], resident: Resident, responder: User) -> Conversation:
    return conversation_of(resident, responder)


def ask(talk: Conversation, by: User, *, purpose: str = "own_matter", now: Any = None) -> IdentityRequest:
    return request_identification(by=acting(by), conversation=talk.public_id, purpose=purpose, now=now or timezone.now())


def leave(talk: Conversation, resident: Resident, provider: Any, **more: Any) -> str:
    """She agrees and goes; the state that she carries."""
    url = open_identification(
        by=resident,
        conversation=talk.public_id,
        provider=provider,
        return_to=BACK,
        language="fi",
        **{"now": timezone.now(), **more},
    )
    return parse_qs(urlsplit(url).query)["state"][0]


def come_back(resident: Resident, provider: Any, state: str, **more: Any) -> Return:
    params = {"state": state, "code": "abc"}
    return complete_identification(by=resident, provider=provider, params=params, return_to=BACK, **{"now": timezone.now(), **more})


def states(talk: Conversation) -> list[str]:
    events = Event.objects.filter(conversation=talk, kind=EventKind.IDENTITY).order_by("seq")
    return [event.payload["state"] for event in events]


def refused(code: str) -> Any:
    class _Refused:
        def __enter__(self) -> None:
            self.raises = pytest.raises(ValidationError)
            self.info = self.raises.__enter__()

        def __exit__(self, *found: Any) -> bool:
            done = bool(self.raises.__exit__(*found))
            assert self.info.value.code == code
            return done

    return _Refused()


# --- the whole way ---


def test_asked_agreed_proved_and_back_in_the_same_conversation(talk: Conversation, resident: Resident, responder: User) -> None:
    provider = Fake()
    request = ask(talk, responder, purpose="booking")
    assert (request.state, request.asked_by_id) == ("asked", responder.pk)
    state = leave(talk, resident, provider)
    request.refresh_from_db()
    assert request.state == IdentificationState.OPENED
    assert request.consented_at is not None
    assert state not in (request.state_hash, request.nonce, request.verifier)
    now = timezone.now()
    assert come_back(resident, provider, state, now=now) == Return(talk.public_id)
    request.refresh_from_db()
    talk.refresh_from_db()
    assert (request.state, request.name, request.method, request.assurance) == ("verified", NAME, "bank", "high")
    assert (request.purpose, request.ended_at, request.due_at) == ("booking", now, None)
    assert (request.state_hash, request.nonce, request.verifier) == ("", "", "")
    assert talk.person == request.person != ""
    assert talk.identified_at == now
    assert talk.state == State.ACTIVE
    assert "123" not in request.person
    assert states(talk) == ["asked", "opened", "verified"]


def test_the_event_and_the_audit_tell_no_name(talk: Conversation, resident: Resident, responder: User) -> None:
    provider = Fake()
    ask(talk, responder)
    come_back(resident, provider, leave(talk, resident, provider))
    for event in Event.objects.filter(conversation=talk, kind=EventKind.IDENTITY):
        assert set(event.payload) == {"state"}
        assert event.body == ""
    audit = AuditEntry.objects.get(object_type="chat.identity")
    assert "Testilä" not in repr(vars(audit))
    assert audit.county == talk.county.code


def test_the_same_person_is_known_again_in_her_county_only(
    talk: Conversation, resident: Resident, stranger: Resident, responder: User, conversation_of: Callable[..., Conversation]
) -> None:
    provider = Fake()
    ask(talk, responder)
    come_back(resident, provider, leave(talk, resident, provider))
    other = conversation_of(stranger, responder)
    ask(other, responder)
    come_back(stranger, provider, leave(other, stranger, provider))
    talk.refresh_from_db()
    other.refresh_from_db()
    assert talk.person == other.person
    assert set(Conversation.objects.of_person(talk.person, county=talk.county)) == {talk, other}
    assert not Conversation.objects.of_person("", county=talk.county).exists()


def test_another_subject_or_issuer_is_another_person(talk: Conversation, resident: Resident, responder: User) -> None:
    found = set()
    for issuer, subject in (
        ("https://op.test", "123"),
        ("https://op.test", "124"),
        ("https://op2.test", "123"),
        ("https://op.test1", "23"),
    ):
        provider = Fake(Proof(issuer, subject, NAME, "bank", "high"))
        ask(talk, responder)
        come_back(resident, provider, leave(talk, resident, provider))
        talk.refresh_from_db()
        found.add(talk.person)
    assert len(found) == 4


# --- who may ask ---


@pytest.mark.parametrize("who", ["colleague", "supervisor"])
def test_only_the_responder_of_the_conversation_asks(talk: Conversation, who: str, request: pytest.FixtureRequest) -> None:
    with refused("not_yours"):
        ask(talk, request.getfixturevalue(who))
    assert not IdentityRequest.objects.exists()


@pytest.mark.parametrize("who", ["outsider", "second_responder", "former"])
def test_to_others_it_is_as_if_there_were_none(talk: Conversation, who: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(who)
    for act in (
        lambda: ask(talk, person),
        lambda: recall_identification(by=acting(person), conversation=talk.public_id, now=timezone.now()),
        lambda: show_name(by=acting(person), conversation=talk.public_id, reason="supervision", now=timezone.now()),
    ):
        with pytest.raises(Conversation.DoesNotExist):
            act()


def test_a_resident_asks_nobody_and_the_staff_does_not_answer(talk: Conversation, resident: Resident, responder: User) -> None:
    with pytest.raises(PermissionDenied):
        request_identification(by=resident, conversation=talk.public_id, purpose="own_matter", now=timezone.now())
    ask(talk, responder)
    with pytest.raises(PermissionDenied):
        leave(talk, acting(responder), Fake())  # type: ignore[arg-type]
    with pytest.raises(Conversation.DoesNotExist):
        decline_identification(by=acting(responder), conversation=talk.public_id, now=timezone.now())


def test_one_request_is_open_at_a_time(talk: Conversation, responder: User) -> None:
    ask(talk, responder)
    with refused("identity_open"):
        ask(talk, responder)


def test_only_a_resident_who_is_here_is_asked(talk: Conversation, responder: User) -> None:
    with refused("resident_away"):
        ask(talk, responder, now=timezone.now() + timedelta(seconds=130))


def test_a_purpose_outside_the_list_is_refused(talk: Conversation, responder: User) -> None:
    for purpose in ("", "curiosity", "start"):
        with refused("invalid"):
            ask(talk, responder, purpose=purpose)


def test_where_identification_is_not_in_use_nobody_is_asked(
    talk: Conversation, service: Service, responder: User, settings: Any
) -> None:
    settings.IDENTITY_PROVIDER = ""
    with refused("identity_off"):
        ask(talk, responder)
    settings.IDENTITY_PROVIDER = "development"
    Service.objects.update(identification=Identification.NEVER)
    with refused("identity_off"):
        ask(talk, responder)


def test_after_the_end_nobody_is_asked_and_what_was_open_is_over(talk: Conversation, resident: Resident, responder: User) -> None:
    request = ask(talk, responder)
    provider = Fake()
    state = leave(talk, resident, provider)
    end_conversation(by=acting(responder), conversation=talk.public_id, outcome="R1", topic="neuvonta", now=timezone.now())
    request.refresh_from_db()
    assert request.state == IdentificationState.EXPIRED
    assert come_back(resident, provider, state).fault is Fault.USED
    with refused("ended"):
        ask(talk, responder)
    talk.refresh_from_db()
    assert talk.identified_at is None


# --- what the resident answers ---


def test_she_may_say_no_and_be_asked_again(talk: Conversation, resident: Resident, responder: User) -> None:
    ask(talk, responder)
    decline_identification(by=resident, conversation=talk.public_id, now=timezone.now())
    decline_identification(by=resident, conversation=talk.public_id, now=timezone.now())
    assert states(talk) == ["asked", "declined"]
    with refused("identity_over"):
        leave(talk, resident, Fake())
    ask(talk, responder)
    assert states(talk)[-1] == "asked"


def test_another_resident_neither_answers_nor_declines(
    talk: Conversation, resident: Resident, stranger: Resident, responder: User
) -> None:
    ask(talk, responder)
    provider = Fake()
    with pytest.raises(Conversation.DoesNotExist):
        decline_identification(by=stranger, conversation=talk.public_id, now=timezone.now())
    with pytest.raises(Conversation.DoesNotExist):
        leave(talk, stranger, provider)
    state = leave(talk, resident, provider)
    assert come_back(stranger, provider, state) == Return(None, Fault.OTHER)
    assert provider.finished == [], "the code of another browser is not even asked for"
    assert come_back(resident, provider, state).fault is None, "and hers is still good"


def test_the_responder_takes_it_back_and_the_round_is_void(talk: Conversation, resident: Resident, responder: User) -> None:
    ask(talk, responder)
    provider = Fake()
    state = leave(talk, resident, provider)
    recall_identification(by=acting(responder), conversation=talk.public_id, now=timezone.now())
    assert come_back(resident, provider, state).fault is Fault.USED
    assert states(talk)[-1] == "recalled"
    talk.refresh_from_db()
    assert talk.person == ""


def test_unanswered_it_runs_out(talk: Conversation, resident: Resident, responder: User) -> None:
    provider = Fake()
    request = ask(talk, responder)
    state = leave(talk, resident, provider)
    late = request.asked_at + ANSWERED_WITHIN
    Conversation.objects.update(seen_at=late, due_at=None)
    run_due(by=SYSTEM, now=late - timedelta(seconds=1))
    assert come_back(resident, provider, state, now=late).fault is Fault.USED, "late, though the sweep has not come yet"
    with refused("identity_over"):
        leave(talk, resident, provider, now=late)
    request.refresh_from_db()
    assert request.state == IdentificationState.OPENED
    run_due(by=SYSTEM, now=late)
    run_due(by=SYSTEM, now=late)
    assert states(talk) == ["asked", "opened", "expired"]
    assert come_back(resident, provider, state, now=late).fault is Fault.USED
    talk.refresh_from_db()
    assert talk.identified_at is None


def test_at_the_provider_her_place_is_kept_longer(resident: Resident, responder: User, service: Service, queue: Queue) -> None:
    Service.objects.update(identification=Identification.START)
    service.refresh_from_db()
    began = timezone.now()
    row = start_conversation(by=resident, service=service, token=uuid4(), now=began)
    leave(row, resident, Fake())
    for minutes in (3, 12, 25):
        run_due(by=SYSTEM, now=began + timedelta(minutes=minutes))
    row.refresh_from_db()
    assert row.state == State.WAITING
    run_due(by=SYSTEM, now=began + timedelta(minutes=31))
    run_due(by=SYSTEM, now=began + timedelta(minutes=32))
    row.refresh_from_db()
    assert row.state == State.ENDED


# --- no identity ---


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.WRONG, Fault.WEAK, Fault.CANCELLED, Fault.UNREACHABLE])
def test_a_fault_stores_nothing_and_may_be_tried_again(
    talk: Conversation, resident: Resident, responder: User, fault: Fault
) -> None:
    request = ask(talk, responder)
    due = request.due_at
    bad, good = Fake(fault=fault), Fake()
    assert come_back(resident, bad, leave(talk, resident, bad)) == Return(talk.public_id, fault, again=True)
    request.refresh_from_db()
    talk.refresh_from_db()
    assert (request.state, request.fault, request.due_at) == ("failed", fault, due)
    assert (request.person, request.name, request.method, request.assurance, talk.person) == ("", "", "", "", "")
    assert talk.identified_at is None
    assert come_back(resident, good, leave(talk, resident, good)).fault is None
    assert states(talk) == ["asked", "opened", "failed", "opened", "verified"]


def test_a_failed_one_can_be_tried_until_its_time_is_over(talk: Conversation, resident: Resident, responder: User) -> None:
    request = ask(talk, responder)
    bad = Fake(fault=Fault.SLOW)
    come_back(resident, bad, leave(talk, resident, bad))
    Conversation.objects.update(due_at=None)
    run_due(by=SYSTEM, now=request.asked_at + ANSWERED_WITHIN)
    with refused("identity_over"):
        leave(talk, resident, bad)
    assert states(talk)[-1] == "failed"


def test_a_replay_finds_nothing(talk: Conversation, resident: Resident, responder: User) -> None:
    provider = Fake()
    ask(talk, responder)
    state = leave(talk, resident, provider)
    assert come_back(resident, provider, state).fault is None
    person = Conversation.objects.get().person
    again = come_back(resident, provider, state)
    assert again == Return(talk.public_id, Fault.USED)
    assert len(provider.finished) == 1, "the code is asked for once"
    assert Conversation.objects.get().person == person
    for state in ("", "x" * 5000, "guessed"):
        assert come_back(resident, provider, state).fault is Fault.USED


def test_leaving_again_makes_the_round_before_void(talk: Conversation, resident: Resident, responder: User) -> None:
    provider = Fake()
    ask(talk, responder)
    first, second = leave(talk, resident, provider), leave(talk, resident, provider)
    assert come_back(resident, provider, first).fault is Fault.USED
    assert come_back(resident, provider, second).fault is None


def test_a_round_that_was_overtaken_while_the_provider_was_asked_counts_for_nothing(
    talk: Conversation, resident: Resident, responder: User
) -> None:
    ask(talk, responder)
    late = Fake()

    class Overtaken(Fake):
        def finish(self, params: Mapping[str, str], kept: Kept) -> Proof:
            leave(talk, resident, late, behalf=Behalf.MANDATE)
            return super().finish(params, kept)

    provider = Overtaken()
    came = come_back(resident, provider, leave(talk, resident, provider))
    assert came == Return(talk.public_id, Fault.USED, again=True)
    assert Conversation.objects.get().person == ""


def test_a_conversation_that_ends_while_the_provider_is_asked_gets_no_identity(
    talk: Conversation, resident: Resident, responder: User
) -> None:
    ask(talk, responder)

    class Slow(Fake):
        def finish(self, params: Mapping[str, str], kept: Kept) -> Proof:
            leave_conversation(by=resident, conversation=talk.public_id, now=timezone.now())
            return super().finish(params, kept)

    provider = Slow()
    assert come_back(resident, provider, leave(talk, resident, provider)) == Return(talk.public_id, Fault.ENDED)
    assert Conversation.objects.get().identified_at is None


def test_a_provider_that_can_not_even_begin_changes_nothing(talk: Conversation, resident: Resident, responder: User) -> None:
    request = ask(talk, responder)

    class Down(Fake):
        def begin(self, ask: Ask) -> Departure:
            raise ProviderError(Fault.UNREACHABLE)

    with pytest.raises(ProviderError):
        leave(talk, resident, Down())
    request.refresh_from_db()
    assert (request.state, request.consented_at) == ("asked", None)


# --- acting for another ---


def years_ago(years: int, *, days: int = 0) -> Any:
    today = timezone.localdate()
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return today.replace(year=today.year - years, day=day) + timedelta(days=days)


def test_for_a_child_under_the_limit_of_the_service(talk: Conversation, resident: Resident, responder: User) -> None:
    provider = Fake()
    request = ask(talk, responder, purpose="behalf")
    child = Child("Testilä Taimi", years_ago(11))
    come_back(resident, provider, leave(talk, resident, provider, behalf=Behalf.CHILD, child=child))
    request.refresh_from_db()
    assert (request.behalf, request.behalf_name, request.behalf_person) == ("child", "Testilä Taimi", "")
    fields = [str(value) for value in vars(request).values()]
    assert not any(child.born.isoformat() in value for value in fields), "the day of birth is not stored"


def test_twelve_today_is_too_old_and_the_limit_is_the_services(
    talk: Conversation, resident: Resident, responder: User, service: Service
) -> None:
    ask(talk, responder)
    twelve = Child("Testilä Taimi", years_ago(12))
    with refused("child_age"):
        leave(talk, resident, Fake(), behalf=Behalf.CHILD, child=twelve)
    leave(talk, resident, Fake(), behalf=Behalf.CHILD, child=Child("Testilä Taimi", years_ago(12, days=1)))
    Service.objects.update(child_age_limit=18)
    leave(talk, resident, Fake(), behalf=Behalf.CHILD, child=twelve)


@pytest.mark.parametrize("name", ["", "010280-952L", "Taimi 2"])
def test_a_childs_name_is_no_identity_code(talk: Conversation, resident: Resident, responder: User, name: str) -> None:
    ask(talk, responder)
    with refused("child_untold"):
        leave(talk, resident, Fake(), behalf=Behalf.CHILD, child=Child(name, years_ago(5)))
    with refused("child_untold"):
        leave(talk, resident, Fake(), behalf=Behalf.CHILD)
    with refused("child_untold"):
        leave(talk, resident, Fake(), behalf=Behalf.CHILD, child=Child("Taimi", timezone.localdate() + timedelta(days=1)))


def test_a_failed_round_forgets_the_child(talk: Conversation, resident: Resident, responder: User) -> None:
    request = ask(talk, responder)
    bad = Fake(fault=Fault.CANCELLED)
    come_back(resident, bad, leave(talk, resident, bad, behalf=Behalf.CHILD, child=Child("Testilä Taimi", years_ago(3))))
    request.refresh_from_db()
    assert request.behalf_name == ""


def test_by_a_mandate_that_the_provider_proves(talk: Conversation, resident: Resident, responder: User) -> None:
    request = ask(talk, responder)
    proof = Proof("https://op.test", "123", NAME, "bank", "high", mandate=Mandate("456", "Testilä Taisto"))
    provider = Fake(proof)
    come_back(resident, provider, leave(talk, resident, provider, behalf=Behalf.MANDATE))
    request.refresh_from_db()
    assert provider.ask.mandate
    assert request.behalf_name == "Testilä Taisto"
    assert request.behalf_person not in ("", request.person)
    assert request.person == Conversation.objects.get().person


def test_without_a_mandate_there_is_no_identity(talk: Conversation, resident: Resident, responder: User) -> None:
    ask(talk, responder)
    provider = Fake()
    assert come_back(resident, provider, leave(talk, resident, provider, behalf=Behalf.MANDATE)).fault is Fault.NO_MANDATE
    assert Conversation.objects.get().person == ""
    provider.offers_mandates = False
    with refused("identity_behalf"):
        leave(talk, resident, provider, behalf=Behalf.MANDATE)


def test_a_mandate_that_was_not_asked_for_is_not_stored(talk: Conversation, resident: Resident, responder: User) -> None:
    request = ask(talk, responder)
    provider = Fake(Proof("https://op.test", "123", NAME, "bank", "high", mandate=Mandate("456", "Testilä Taisto")))
    come_back(resident, provider, leave(talk, resident, provider))
    request.refresh_from_db()
    assert (request.behalf_name, request.behalf_person) == ("", "")


# --- from the start ---


@pytest.fixture
def strict(service: Service, queue: Queue) -> Service:
    service.identification = Identification.START
    service.save()
    return service


def test_from_the_start_her_place_is_kept_and_nobody_takes_her_before(
    strict: Service, resident: Resident, stranger: Resident, responder: User
) -> None:
    first = start_conversation(by=resident, service=strict, token=uuid4(), now=timezone.now(), body="Asiani")
    second = start_conversation(by=stranger, service=strict, token=uuid4(), now=timezone.now())
    assert states(first) == ["asked"]
    with refused("identity_missing"):
        claim_conversation(by=acting(responder), conversation=first.public_id, now=timezone.now())
    with refused("nobody_waiting"):
        claim_next(by=acting(responder), now=timezone.now())
    provider = Fake()
    come_back(stranger, provider, leave(second, stranger, provider))
    come_back(resident, provider, leave(first, resident, provider))
    row = claim_next(by=acting(responder), now=timezone.now())
    assert row == first, "she who came first is served first"
    assert row.queued_at == first.queued_at


def test_from_the_start_no_is_leaving_and_a_fault_may_be_tried_for_as_long_as_she_waits(
    strict: Service, resident: Resident, responder: User
) -> None:
    row = start_conversation(by=resident, service=strict, token=uuid4(), now=timezone.now())
    with refused("invalid"):
        decline_identification(by=resident, conversation=row.public_id, now=timezone.now())
    bad, good = Fake(fault=Fault.WRONG), Fake()
    come_back(resident, bad, leave(row, resident, bad))
    with refused("identity_missing"):
        claim_conversation(by=acting(responder), conversation=row.public_id, now=timezone.now())
    come_back(resident, good, leave(row, resident, good))
    claim_conversation(by=acting(responder), conversation=row.public_id, now=timezone.now())


def test_without_a_provider_nobody_is_stuck(strict: Service, resident: Resident, responder: User, settings: Any) -> None:
    settings.IDENTITY_PROVIDER = ""
    row = start_conversation(by=resident, service=strict, token=uuid4(), now=timezone.now())
    claim_conversation(by=acting(responder), conversation=row.public_id, now=timezone.now())


# --- names ---


def test_the_name_is_the_responders_and_others_give_a_reason(
    talk: Conversation, resident: Resident, responder: User, supervisor: User, colleague: User
) -> None:
    provider = Fake()
    ask(talk, responder)
    come_back(resident, provider, leave(talk, resident, provider))
    now = timezone.now()
    talk.refresh_from_db()
    assert may_see_name(by=acting(responder), row=talk, now=now)
    for person in (supervisor, colleague):
        assert not may_see_name(by=acting(person), row=talk, now=now)
        with refused("reason_missing"):
            show_name(by=acting(person), conversation=talk.public_id, reason="", now=now)
    show_name(by=acting(supervisor), conversation=talk.public_id, reason="feedback", now=now)
    assert may_see_name(by=acting(supervisor), row=talk, now=now + timedelta(minutes=5))
    assert not may_see_name(by=acting(supervisor), row=talk, now=now + timedelta(minutes=20))
    assert not may_see_name(by=acting(colleague), row=talk, now=now)
    assert not may_see_name(by=resident, row=talk, now=now)
    entry = AuditEntry.objects.get(object_type="chat.identity.name")
    assert (entry.purpose, entry.actor_id) == ("feedback", str(supervisor.public_id))


def test_the_name_goes_with_the_words(talk: Conversation, resident: Resident, responder: User) -> None:
    provider = Fake(Proof("https://op.test", "123", NAME, "bank", "high", mandate=Mandate("456", "Testilä Taisto")))
    request = ask(talk, responder)
    come_back(resident, provider, leave(talk, resident, provider, behalf=Behalf.MANDATE))
    leave_conversation(by=resident, conversation=talk.public_id, now=timezone.now())
    talk.refresh_from_db()
    assert talk.retain_until is not None
    assert erase_expired(by=SYSTEM, now=talk.retain_until) == 1
    request.refresh_from_db()
    told = (request.name, request.behalf_name, request.behalf_person, request.method, request.assurance)
    assert told == ("", "", "", "", "")
    assert request.person != "", "persons are counted by it"


# --- the trial provider goes the same way ---


def test_the_trial_provider_gives_a_code_for_one_round_only() -> None:
    provider = DevelopmentProvider()
    departure = provider.begin(Ask(return_to=BACK, language="fi"))
    told = {name: values[0] for name, values in parse_qs(urlsplit(departure.url).query).items()}
    kept = Kept(BACK, departure.nonce, departure.verifier)
    code = code_for("tessa", nonce=told["nonce"], challenge=told["challenge"], mandate=False)
    assert provider.finish({"code": code}, kept).name == NAME
    other = provider.begin(Ask(return_to=BACK, language="fi"))
    for params, where in (
        ({"code": code}, Kept(BACK, other.nonce, other.verifier)),
        ({"code": code + "x"}, kept),
        ({}, kept),
        ({"code": code_for("nobody", nonce=told["nonce"], challenge=told["challenge"], mandate=False)}, kept),
    ):
        with pytest.raises(ProviderError):
            provider.finish(params, where)


def test_the_trial_provider_is_never_in_production(settings: Any) -> None:
    from chat.identity_providers import current_provider

    settings.IDENTITY_PROVIDER = "development"
    assert current_provider() is not None
    settings.PRODUCTION = True
    assert current_provider() is None
    settings.PRODUCTION, settings.DEMO = False, False
    assert current_provider() is None
