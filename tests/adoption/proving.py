"""A rollout of the cast's service by the shipped model, and the ways to make a signal true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from accounts.actors import Resident
from accounts.models import User
from adoption.models import AdoptionModel, Meeting, ModelItem, ModelVersion, Rollout, RolloutItem
from adoption.operations import start_rollout
from adoption.signals import Answer, judge
from adoption.signals.reading import read_facts
from chat.models import Conversation
from chat.operations import claim_conversation, end_conversation, leave_conversation, post_message, start_conversation
from handbook.choices import ChapterAudience
from handbook.models import Chapter, ChapterVersion
from services.models import ContactPoint, County, DisruptionText, Link, Queue, Redirect, Service
from tests.adoption.model import DATA, make_version
from tests.conftest import acting

NOW = datetime(2026, 9, 10, 9, 0, tzinfo=UTC)


def with_proofs(version: ModelVersion) -> None:
    """The version's items with what the content file says of their proofs."""
    proofs = {item["code"]: item["auto_proof"] for phase in DATA["phases"] for item in phase["items"]}
    for item in DATA["extensions"]:
        proofs[item["code"]] = {"level": item["auto_proof"], **{name: item.get(name, []) for name in ("signals", "covers")}}
    rows = list(ModelItem.objects.filter(phase__model_version=version))
    for row in rows:
        proof = proofs[row.code]
        row.proof_level, row.signals, row.covers = proof["level"], proof["signals"], proof["covers"]
    ModelItem.objects.bulk_update(rows, ["proof_level", "signals", "covers"])


def begin(coordinator: User, county: County, service: Service | None, *, now: datetime = NOW, **card: Any) -> Rollout:
    """A rollout by the county's model, which is published first."""
    if not AdoptionModel.objects.filter(county=county).exists():
        with_proofs(make_version(county))
    before = Rollout.objects.count()
    number = f" {before + 1}" if before else ""  # a name stands for one rollout that goes on
    return start_rollout(
        by=acting(coordinator),
        county=county,
        name={"fi": f"Chatin käyttöönotto{number}", "sv": f"Chatten{number}", "en": f"Chat{number}"},
        service=service,
        now=now,
        **card,
    )


def item_of(rollout: Rollout, code: str) -> RolloutItem:
    return RolloutItem.objects.select_related("model_item").get(rollout=rollout, model_item__code=code)


def answer_of(rollout: Rollout, signal: str, *, code: str = "", now: datetime = NOW) -> Answer:
    """What a signal says of the rollout, or of one of its items."""
    facts = read_facts(rollout.pk, now=now)
    if code:
        facts = facts.about(next(item for item in facts.items if item.code == code))
    return judge(signal, facts)


def held(rollout: Rollout, kind: str, on: Any, *people: tuple[str, str], **fields: Any) -> Meeting:
    """A meeting with named participants in their roles."""
    meeting = Meeting.objects.create(rollout=rollout, kind=kind, title="Kokous", on=on, **fields)
    for name, role in people:
        meeting.participants.create(name=name, role=role)
    return meeting


def conversation(service: Service, responder: User | None, at: datetime, *, close: bool = True) -> Conversation:
    """A resident's conversation that begins at the instant; answered and closed half an hour later when somebody takes it."""
    resident = Resident(key=uuid4())
    row = start_conversation(by=resident, service=service, token=uuid4(), body="Hei", now=at)
    if responder is None:
        if close:
            leave_conversation(by=resident, conversation=row.public_id, now=at + timedelta(minutes=30))
    else:
        claim_conversation(by=acting(responder), conversation=row.public_id, now=at + timedelta(minutes=1))
        post_message(
            by=acting(responder),
            conversation=row.public_id,
            client_id=uuid4(),
            body="Hei, miten voin auttaa?",
            now=at + timedelta(minutes=2),
        )
        if close:
            end_conversation(
                by=acting(responder), conversation=row.public_id, outcome="R1", topic="neuvonta", now=at + timedelta(minutes=30)
            )
    row.refresh_from_db()
    return row


TEXTS = (
    "audience",
    "who_answers",
    "handles",
    "promise",
    "identification_text",
    "off_hours_text",
    "behalf_text",
    "price_text",
    "storage_text",
)


def tell_everything(service: Service) -> None:
    """The service's page has every text in three languages, and a matter that it sends elsewhere."""
    for name in TEXTS:
        for code in ("fi", "sv", "en"):
            setattr(service, f"{name}_{code}", f"{name} {code}")
    service.save()
    link = Link.objects.create(
        county=service.county,
        key="muu",
        name_fi="Muu",
        name_sv="Annat",
        name_en="Other",
        url_fi="https://alue.test/a",
        url_sv="https://alue.test/b",
        url_en="https://alue.test/c",
    )
    Redirect.objects.create(service=service, matter_fi="Lasku", matter_sv="Räkning", matter_en="Bill", to_link=link)


def publish_guide(county: County, *languages: str, needs_approval: bool = False) -> ChapterVersion:
    """The residents' guide of the county, published in these languages, or in all three."""
    chapter, _made = Chapter.objects.get_or_create(
        county=county, key="residents_guide", defaults={"audience": ChapterAudience.RESIDENTS, "per_service": True}
    )
    words = {code: f"Opas {code}" for code in languages or ("fi", "sv", "en")}
    facts = {"number": 1, "state": "published", "published_at": NOW, "needs_approval": needs_approval}
    version: ChapterVersion = ChapterVersion.objects.create(chapter=chapter, title=words, body=words, **facts)
    return version


def support(service: Service, key: str, **fields: Any) -> ContactPoint:
    """A contact point with hours."""
    return ContactPoint.objects.create(
        county=service.county, key=key, **{"name_fi": key, "value": "044 111 2222", "note_fi": "arkisin 8–15", **fields}
    )


def notice(county: County, **fields: Any) -> DisruptionText:
    """A prepared notice of a disruption in Finnish and Swedish, with instructions."""
    given = {"title_fi": "Ei toimi", "text_fi": "Häiriö", "text_sv": "Störning", "staff_text_fi": "Kerro esihenkilölle", **fields}
    return DisruptionText.objects.create(county=county, key=f"n{DisruptionText.objects.count()}", **given)


def shape(queue: Queue) -> None:
    """The queue has its transfer rule and what is done in a rush."""
    queue.no_transfers, queue.supervisor_after_seconds = True, 600
    queue.save()
