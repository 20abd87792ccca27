"""No identity code is stored, whoever writes it and wherever; what is none stays as it was written."""

from __future__ import annotations

import json
import random
import timeit
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fi import hetu

from accounts.actors import Resident, Staff
from accounts.models import User
from chat.choices import EventKind
from chat.models import Conversation, Event
from chat.operations import Posted, PostMessage, Rejected, post_message, post_messages, start_conversation
from chat.operations.masking import NOTICE_PAUSE, notice_in
from chat.operations.messages import Later
from chat.refusals import Refusal
from services.identity_codes import REMOVED, Span, check_of, find, mask
from services.models import County, Queue, Service
from tests.conftest import acting

Make = Callable[..., Conversation]
CASES = json.loads((Path(__file__).parent / "identity_code_cases.json").read_text())
CODE = "010280-952L"


# --- finding ---


def test_the_corpus_is_wide() -> None:
    assert len(CASES) >= 400
    assert sum(not case["codes"] for case in CASES) >= 150
    assert len({case["text"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_the_corpus(case: dict[str, object]) -> None:
    text = str(case["text"])
    assert [text[start:end] for start, end in find(text)] == case["codes"], case["why"]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_what_stands_in_its_place(language: str) -> None:
    masked, count = mask(f"Minä {CODE}, lapsi 020504A902E.", language)
    assert (masked, count) == (f"Minä {REMOVED[language]}, lapsi {REMOVED[language]}.", 2)
    assert mask(masked, language) == (masked, 0)
    assert mask(CODE, "de") == (REMOVED["fi"], 1)


def test_every_valid_code_is_found_by_the_judgement_of_another_library() -> None:
    chance = random.Random(5)
    for _ in range(3000):
        date = f"{chance.randint(1, 28):02}{chance.randint(1, 12):02}{chance.randint(0, 99):02}"
        number = f"{chance.randint(2, 999):03}"
        code = f"{date}{chance.choice('+-YXWVUABCDEF')}{number}{check_of(date, number)}"
        assert hetu.is_valid(code, allow_temporary=True), code
        assert find(f"Tunnus {code}.") == [Span(7, 18)]


@given(st.text(alphabet="0123456789 -–+AaLl./\u200bä\n", max_size=60))
def test_spans_are_in_order_and_masking_leaves_none(text: str) -> None:
    spans = find(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one.end <= two.start for one, two in pairwise(spans))
    masked, count = mask(text, "fi")
    assert count == len(spans)
    assert masked == text or REMOVED["fi"] in masked


def test_a_message_without_digits_costs_next_to_nothing() -> None:
    words = "Hei, minulla on kysymys kotihoidosta ja muistihoitajan ajasta. Voisitteko auttaa minua asiassa, kiitos!"
    digits = words.replace("kotihoidosta", CODE)
    rounds = 2000
    plain, full = (min(timeit.repeat(lambda text=text: find(text), number=rounds, repeat=5)) for text in (words, digits))  # type: ignore[misc]
    assert plain * 8 < full, "the sieve stops what has no digits"
    assert plain / rounds < 20e-6  # ten times what it takes on an idle machine


def test_a_long_text_of_digits_ends_soon() -> None:
    for text in ("01028" * 800, "010280 " * 570, "0 1 0 2 8 0 - 9 5 2 K " * 180, "\u200b0" * 2000, "010280-952" * 400):
        assert timeit.timeit(lambda text=text: find(text), number=1) < 1.0  # type: ignore[misc]


# --- storing ---


def bodies(row: Conversation, audience: str = "all") -> list[tuple[str, str]]:
    events = Event.objects.filter(conversation=row, audience=audience).exclude(body="").order_by("seq")
    return list(events.values_list("kind", "body"))


@pytest.mark.django_db
@pytest.mark.postgres
@pytest.mark.usefixtures("responder")
class TestStoring:
    def test_a_residents_message_is_masked_and_she_is_told_why_right_after_it(
        self, conversation_of: Make, resident: Resident, responder: User
    ) -> None:
        row = conversation_of(resident, responder)
        posted = post_message(by=resident, conversation=row.public_id, client_id=uuid4(), body=f"Olen {CODE}.", now=timezone.now())
        assert bodies(row) == [
            (EventKind.MESSAGE, "Olen [henkilötunnus poistettu]."),
            (EventKind.NOTICE, notice_in("fi")),
        ]
        notice = Event.objects.get(conversation=row, kind=EventKind.NOTICE)
        assert (notice.seq, notice.participant, notice.payload) == (posted.seq + 1, None, {})
        row.refresh_from_db()
        assert row.head_all == notice.seq

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    def test_in_her_own_language(self, conversation_of: Make, resident: Resident, language: str) -> None:
        row = conversation_of(resident)
        Conversation.objects.filter(pk=row.pk).update(language=language)
        post_message(by=resident, conversation=row.public_id, client_id=uuid4(), body=CODE, now=timezone.now())
        assert bodies(row) == [(EventKind.MESSAGE, REMOVED[language]), (EventKind.NOTICE, notice_in(language))]
        assert len({notice_in(each) for each in REMOVED}) == 3

    def test_told_once_in_ten_minutes(self, conversation_of: Make, resident: Resident) -> None:
        row = conversation_of(resident)
        now = timezone.now()
        for moment in (now, now + NOTICE_PAUSE / 2, now + NOTICE_PAUSE):
            post_message(by=resident, conversation=row.public_id, client_id=uuid4(), body=CODE, now=moment)
        kinds = [kind for kind, _ in bodies(row)]
        assert kinds == [EventKind.MESSAGE, EventKind.NOTICE, EventKind.MESSAGE, EventKind.MESSAGE, EventKind.NOTICE]
        commands = [PostMessage(resident, row.public_id, uuid4(), CODE) for _ in range(3)]
        post_messages(commands=commands, now=now + 3 * NOTICE_PAUSE)
        assert [kind for kind, _ in bodies(row)][5:] == [EventKind.MESSAGE, EventKind.NOTICE, EventKind.MESSAGE, EventKind.MESSAGE]

    @pytest.mark.parametrize("audience", ["all", "staff"])
    def test_staff_are_masked_without_a_notice(
        self, conversation_of: Make, resident: Resident, responder: User, audience: str
    ) -> None:
        row = conversation_of(resident, responder)
        post_message(
            by=acting(responder),
            conversation=row.public_id,
            client_id=uuid4(),
            body=f"Asiakas {CODE}",
            audience=audience,
            now=timezone.now(),
        )
        assert bodies(row, audience) == [(EventKind.MESSAGE, "Asiakas [henkilötunnus poistettu]")]
        assert not Event.objects.filter(conversation=row, kind=EventKind.NOTICE).exists()

    def test_the_words_of_the_start_too(self, conversation_of: Make, resident: Resident) -> None:
        row = conversation_of(resident, body=f"Hei, {CODE}")
        assert bodies(row) == [(EventKind.MESSAGE, "Hei, [henkilötunnus poistettu]"), (EventKind.NOTICE, notice_in("fi"))]
        assert row.head_all == 3

    def test_coming_back_by_another_form(self, conversation_of: Make, service: Service, resident: Resident) -> None:
        row = conversation_of(resident)
        start_conversation(by=resident, service=service, token=uuid4(), body=CODE, now=timezone.now())
        assert bodies(row)[0] == (EventKind.MESSAGE, "[henkilötunnus poistettu]")

    def test_the_same_words_once_more_are_the_same_message(self, conversation_of: Make, resident: Resident) -> None:
        row = conversation_of(resident)
        key = uuid4()
        same = PostMessage(resident, row.public_id, key, f"Olen {CODE}")
        results: list[Posted | Rejected | Later] = []
        for batch in ([same, same], [same], [PostMessage(resident, row.public_id, key, "Olen 131052-308T")]):
            results += post_messages(commands=batch, now=timezone.now())
        assert [isinstance(result, Posted) and result.duplicate for result in results] == [False, True, True, True]
        other = post_messages(commands=[PostMessage(resident, row.public_id, key, "Olen joku")], now=timezone.now())
        assert other == [Rejected(Refusal.CONFLICT)]
        assert len(bodies(row)) == 2

    def test_a_code_anywhere_in_the_database_would_be_seen(
        self, conversation_of: Make, resident: Resident, responder: User
    ) -> None:
        row = conversation_of(resident, responder, body=CODE)
        post_message(by=resident, conversation=row.public_id, client_id=uuid4(), body=CODE, now=timezone.now())
        post_message(by=Staff(responder.pk), conversation=row.public_id, client_id=uuid4(), body=CODE, now=timezone.now())
        assert not Event.objects.filter(body__icontains="952L").exists()

    def test_masking_costs_one_query_more_however_many(
        self, conversation_of: Make, queue: Queue, django_assert_max_num_queries: Callable[..., object]
    ) -> None:
        people = [Resident(uuid4()) for _ in range(10)]
        rows = [conversation_of(person) for person in people]
        commands = [PostMessage(person, row.public_id, uuid4(), CODE) for person, row in zip(people, rows, strict=True)]
        with django_assert_max_num_queries(9):  # type: ignore[attr-defined]
            post_messages(commands=commands, now=timezone.now())


@pytest.mark.django_db
def test_the_search_does_not_show_a_code_again(client: Client, county: County, service: Service) -> None:
    page = client.get("/fi/haku/", {"q": f"kotihoito {CODE}"}, follow=True).content.decode()
    assert "952L" not in page
    assert "[henkilötunnus poistettu]" in page
