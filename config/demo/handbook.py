"""The handbook of the demonstration: the shipped chapters published, sections of one service, and what responders say of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.actors import Staff, System
from accounts.models import User
from config.demo.reading import Strict, Words, read
from handbook.choices import RemarkState
from handbook.models import Chapter, ChapterVersion
from handbook.operations.chapters import arrange_chapter, begin_draft, save_draft
from handbook.operations.content import load_first_texts, load_shipped_handbook
from handbook.operations.notices import mark_notice_read, publish_notice, write_notice
from handbook.operations.orientation import add_training, let_through, save_plan
from handbook.operations.publishing import approve_version, publish_version, send_to_review
from handbook.operations.readings import mark_read
from handbook.operations.remarks import make_remark, settle_remark
from services.models import County, Service


class SectionRow(Strict, frozen=True):
    """A service's section of a chapter: her own words, or none when she approves the portal's."""

    chapter: str
    service: str
    writer: str
    title: Words | None = None
    body: Words | None = None


class RemarkRow(Strict, frozen=True):
    """What a responder said, how many days ago, and what became of it."""

    chapter: str
    who: str
    kind: str
    text: str
    ago: int
    state: str = RemarkState.OPEN
    answer: str = ""
    by: str = ""


class OwnerRow(Strict, frozen=True):
    """Who looks after a chapter, and in how many days it is looked through."""

    chapter: str
    who: str
    review_in: int


class ReadRow(Strict, frozen=True):
    """Who has read which chapters."""

    who: str
    chapters: list[str]


class PlanRow(Strict, frozen=True):
    """The orientation of a service: a training, and who answered in it before there was one."""

    service: str
    training: Words
    url: str
    before: list[str]
    reason: str


class NoticeRow(Strict, frozen=True):
    """A notice to the staff: of a service, or of the whole county; how many days ago, and who has read it."""

    writer: str
    title: Words
    body: Words
    ago: int
    service: str = ""
    is_pinned: bool = False
    read: list[str] = []


class HandbookDemo(Strict, frozen=True):
    """handbook.yaml of the demonstration."""

    owners: list[OwnerRow]
    sections: list[SectionRow]
    remarks: list[RemarkRow]
    read: list[ReadRow]
    orientation: list[PlanRow]
    notices: list[NoticeRow] = []


def write_handbook(*, by: System, county: County, now: datetime) -> int:
    """The chapters, published and still marked as needing approval; nothing when the county has a handbook already."""
    if Chapter.objects.filter(county=county).exists():
        return 0
    content = read("handbook", HandbookDemo)
    began = now - timedelta(days=10)
    made = load_shipped_handbook(by=by, county=county, now=began, publish=True)
    made += load_first_texts(by=by, county=county, now=began, publish=True)
    people = {user.email.partition("@")[0]: user for user in User.objects.filter(email__endswith="@esimerkki.invalid")}
    services = {row.key: row for row in Service.objects.filter(county=county)}
    chapters = {row.key: row for row in Chapter.objects.filter(county=county).select_related("county")}
    for section in content.sections:
        _write_section(by, section, chapters[section.chapter], services[section.service], Staff(people[section.writer].pk), began)
    for owner in content.owners:
        row = chapters[owner.chapter]
        arrange_chapter(
            by=by,
            chapter=row,
            owner=people[owner.who],
            review_months=row.review_months,
            review_on=(now + timedelta(days=owner.review_in)).date(),
            seen=Chapter.objects.get(pk=row.pk).version,
        )
    for remark in content.remarks:
        _write_remark(remark, chapters[remark.chapter], people, now)
    for reader in content.read:
        for version in ChapterVersion.objects.current().filter(
            chapter__in=[chapters[key] for key in reader.chapters], service=None
        ):
            mark_read(by=Staff(people[reader.who].pk), version=version, now=began + timedelta(days=2))
    for plan in content.orientation:
        _write_plan(by, plan, services[plan.service], people, began)
    for told in content.notices:
        _write_notice(told, county, services.get(told.service), people, now)
    return made


def _write_plan(by: System, row: PlanRow, service: Service, people: dict[str, User], at: datetime) -> None:
    plan = save_plan(by=by, service=service, is_required=True, with_practice=True)
    add_training(by=by, plan=plan, title=row.training.by_language(), url=row.url)
    for who in row.before:
        let_through(by=by, plan=plan, user=people[who], reason=row.reason, now=at)


def _write_notice(row: NoticeRow, county: County, service: Service | None, people: dict[str, User], now: datetime) -> None:
    writer, at = Staff(people[row.writer].pk), now - timedelta(days=row.ago)
    draft = write_notice(
        by=writer,
        county=county,
        service=service,
        title=row.title.by_language(),
        body=row.body.by_language(),
        is_pinned=row.is_pinned,
    )
    shown = publish_notice(by=writer, version=draft, seen=draft.version, now=at)
    for who in row.read:
        mark_notice_read(by=Staff(people[who].pk), version=shown, now=min(now, at + timedelta(hours=3)))


def _write_section(by: System, row: SectionRow, chapter: Chapter, service: Service, writer: Staff, at: datetime) -> None:
    if row.title is None or row.body is None:
        shown = ChapterVersion.objects.current().get(chapter=chapter, service=service)
        approve_version(by=writer, version=shown, seen=shown.version, now=at)
        return
    draft = begin_draft(by=writer, chapter=chapter, service=service)
    saved = save_draft(by=writer, version=draft, title=row.title.by_language(), body=row.body.by_language(), seen=draft.version)
    sent = send_to_review(by=writer, version=saved, seen=saved.version, now=at)
    publish_version(by=by, version=sent, seen=sent.version, now=at)


def _write_remark(row: RemarkRow, chapter: Chapter, people: dict[str, User], now: datetime) -> None:
    at = now - timedelta(days=row.ago)
    made = make_remark(by=Staff(people[row.who].pk), chapter=chapter, text=row.text, kind=row.kind, now=at)
    if row.state != RemarkState.OPEN:
        settle_remark(
            by=Staff(people[row.by].pk), remark=made, state=row.state, answer=row.answer, now=min(now, at + timedelta(days=2))
        )
