"""The help forms of the demonstration, with questions and call requests that have come: sent, taken, answered and ended by the
operations that people use.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from accounts.actors import Staff, System
from accounts.models import User
from chat.models import Conversation, Presence
from chat.operations import (
    Wish,
    claim_conversation,
    end_conversation,
    leave_call_request,
    post_message,
    record_try,
    send_help_request,
)
from chat.operations.past import forget_claims
from chat.residents import holder_of
from config.demo.reading import Strict, Words, read
from services.choices import HelpFieldKind
from services.models import County, HelpField, HelpForm, Queue, Service, Topic
from services.operations import add_help_field, change_help_form, make_help_form, publish_help_form

KEYS = UUID("b58fd2a0-52c0-4b6c-9a43-6f0f6a3f3f51")
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class FieldRow(Strict, frozen=True):
    """A field of a form."""

    kind: str
    text: Words
    options: Words | None = None


class FormRow(Strict, frozen=True):
    """A service's form."""

    days: int
    intro: Words
    fields: list[FieldRow]


class RequestRow(Strict, frozen=True):
    """A question that has come."""

    service: str
    hours: int
    language: str
    body: str
    by: str = ""
    answered: int = 0
    answer: str = ""
    ended: bool = False


class CallRow(Strict, frozen=True):
    """A call request that has come."""

    service: str
    hours: int
    language: str
    number: str
    part: str
    body: str
    by: str = ""
    tries: list[str] = []


class RequestsFile(Strict, frozen=True):
    """The whole file."""

    forms: dict[str, FormRow]
    requests: list[RequestRow]
    calls: list[CallRow]


def write_requests(*, by: System, county: County, now: datetime) -> int:
    """The forms and what has come by them; nothing when the county has a form already. Gives how many came."""
    if HelpForm.objects.filter(service__county=county).exists():
        return 0
    content = read("requests", RequestsFile)
    there = list(Presence.objects.running().filter(county=county).values_list("pk", flat=True))
    services = {row.key: row for row in Service.objects.filter(county=county).select_related("county")}
    people = {user.email.partition("@")[0]: Staff(user.pk) for user in User.objects.filter(email__endswith="@esimerkki.invalid")}
    for key, form in content.forms.items():
        _write_form(by, services[key], form, now=now - timedelta(days=30))
    for number, asked in enumerate(content.requests):
        _write_request(services[asked.service], asked, people, number, now=now)
    for number, call in enumerate(content.calls):
        _write_call(services[call.service], call, people, number, now=now)
    forget_claims(by=by, county=county, there=there)
    return len(content.requests) + len(content.calls)


def _write_form(by: System, service: Service, form: FormRow, *, now: datetime) -> None:
    made = make_help_form(by=by, service=service)
    values = {"promise_days": form.days, **{f"intro_{code}": getattr(form.intro, code) for code in ("fi", "sv", "en")}}
    made = change_help_form(by=by, form=made, values=values)
    for number, row in enumerate(form.fields, start=1):
        field = HelpField(form=made, kind=HelpFieldKind(row.kind), order=10 * number)
        for code in ("fi", "sv", "en"):
            setattr(field, f"text_{code}", getattr(row.text, code))
            setattr(field, f"options_{code}", getattr(row.options, code) if row.options else "")
        add_help_field(by=by, field=field)
    publish_help_form(by=by, form=HelpForm.objects.get(pk=made.pk), now=now)


def _write_request(service: Service, row: RequestRow, people: dict[str, Staff], number: int, *, now: datetime) -> None:
    came = now - timedelta(hours=row.hours)
    sent = send_help_request(
        by=holder_of(_code(f"request-{number}")),
        service=service,
        token=uuid5(KEYS, f"request-{number}"),
        body=row.body,
        language=row.language,
        now=came,
    )
    if not row.by:
        return
    person, at = people[row.by], came + timedelta(hours=row.answered or 1)
    claim_conversation(by=person, conversation=sent.public_id, now=at)
    if row.answer:
        post_message(by=person, conversation=sent.public_id, client_id=uuid5(KEYS, f"answer-{number}"), body=row.answer, now=at)
    if row.ended:
        _end(person, sent, now=at + timedelta(minutes=1))


def _write_call(service: Service, row: CallRow, people: dict[str, Staff], number: int, *, now: datetime) -> None:
    came = now - timedelta(hours=row.hours)
    unit = Queue.objects.taking_calls().filter(service=service).select_related("service__county").first()
    if unit is None:
        return
    left = leave_call_request(
        by=holder_of(_code(f"call-{number}")),
        queue=unit,
        token=uuid5(KEYS, f"call-{number}"),
        body=row.body,
        wish=Wish(row.number, part=row.part),
        language=row.language,
        now=came,
    )
    if row.by:
        claim_conversation(by=people[row.by], conversation=left.public_id, now=came + timedelta(hours=1))
        for each, result in enumerate(row.tries, start=1):
            token, at = uuid5(KEYS, f"try-{number}-{each}"), came + timedelta(hours=1 + each)
            record_try(by=people[row.by], conversation=left.public_id, result=result, token=token, now=at)


def _end(person: Staff, row: Conversation, *, now: datetime) -> None:
    topic = Topic.objects.filter(service_id=row.service_id, retired=False).order_by("pk").first()
    end_conversation(by=person, conversation=row.public_id, outcome="R1", topic=topic.key if topic else None, now=now)


def _code(name: str) -> str:
    """A code that nobody is told: what was sent in the demonstration's past is nobody's."""
    number = uuid5(KEYS, name).int
    return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in range(20))
