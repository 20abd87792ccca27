"""The rollouts of the demonstration, told through the same operations that people use: each step by its person on its day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from accounts.actors import Staff, System
from accounts.models import User
from adoption.choices import ItemState, PartKind
from adoption.definition import DEFINITION, from_stored
from adoption.fulfilment import fulfilment_of
from adoption.models import DiaryEntry, ItemPart, Member, ModelGate, Risk, Rollout, RolloutItem, SystemDependency
from adoption.operations import (
    answer_question,
    assign_item,
    check_rollout,
    give_evidence,
    give_verdict,
    link_meeting,
    load_shipped_models,
    move_item,
    record_decision,
    save_form,
    sign_part,
    start_rollout,
)
from adoption.operations.definition import save_definition, take_all_from_service
from adoption.operations.meetings import Present, save_meeting
from adoption.operations.work import add_work_row
from config.demo.reading import read
from config.demo.rollout_rows import DoneRow, GateRow, OpenRow, RolloutRow, RolloutsFile
from services.calendars import HELSINKI
from services.models import County, Municipality, Service

SOON = re.compile(r"\{(-?\d+)\}")
DEMO = System("demo")


def write_rollouts(*, by: System, county: County, now: datetime) -> list[Rollout]:
    """One rollout that is being carried out and one that was handed over; none when the county has any."""
    if Rollout.objects.filter(county=county).exists():
        return []
    load_shipped_models(by=by, now=now, counties=[county.code])
    people = {user.email.partition("@")[0]: user for user in User.objects.filter(email__endswith="@esimerkki.invalid")}
    return [_Story(county, people, row, now).tell() for row in read("rollouts", RolloutsFile).rollouts]


@dataclass(frozen=True, slots=True)
class _Story:
    county: County
    people: Mapping[str, User]
    content: RolloutRow
    now: datetime

    def tell(self) -> Rollout:
        """What happened, in the order in which it did."""
        rollout = self._begin()
        if rollout.service is None:  # the live system shows at once who takes part and which systems; the rest comes in its time
            check_rollout(rollout=rollout, by=DEMO, now=self._at(self.content.began))
        steps: list[tuple[int, int, DoneRow | GateRow]] = [(row.ago, 0, row) for row in self.content.done]
        steps += [(row.ago, 1, row) for row in self.content.gates]
        for _ago, _kind, step in sorted(steps, key=lambda each: (-each[0], each[1])):
            if isinstance(step, GateRow):
                self._judge(rollout, step)
            else:
                self._do(rollout, step)
        for row in self.content.open:
            self._begin_item(rollout, row)
        self._write_around(rollout)
        check_rollout(rollout=rollout, by=DEMO, now=self.now)
        return rollout

    def _begin(self) -> Rollout:
        content, driver = self.content, self._actor(self.content.members[0].who)
        began = self._at(content.began)
        card: dict[str, Any] = {
            **content.summary.columns("summary"),
            "municipalities": list(Municipality.objects.filter(county=self.county, code__in=content.municipalities)),
            "sponsor": self.people[content.sponsor],
            "starts_on": began.date(),
            "ends_on": self._day(content.ends),
            "rooting_until": self._day(content.rooting) if content.rooting is not None else None,
            "stage": content.stage,
            "programme": content.programme,
            "pillar": content.pillar,
            "investment": content.investment,
            "funders": content.funders,
            "tags": content.tags,
        }
        rollout = start_rollout(
            by=driver,
            county=self.county,
            name={"fi": content.name.fi, "sv": content.name.sv, "en": content.name.en},
            service=Service.objects.get(county=self.county, key=content.service) if content.service else None,
            now=began,
            **card,
        )
        for row in content.members:
            member = Member(rollout=rollout, user=self.people[row.who], role=row.role, expertise=row.expertise)
            add_work_row(by=driver, row=member, now=began)
        for question, answer in content.answers.items():
            answer_question(by=driver, rollout=rollout, question=question, answer=answer, now=began)
        for system in content.systems:
            add_work_row(by=driver, row=SystemDependency(rollout=rollout, **system), now=began)
        return rollout

    def _do(self, rollout: Rollout, row: DoneRow) -> None:
        """Every part that a person can fill is filled; the item is done when nothing lacks."""
        item, now = self._item(rollout, row.code), self._at(row.ago)
        for part in fulfilment_of([item])[item.pk].missing:
            self._fill(rollout, part, row, now)
        fresh = self._item(rollout, row.code)
        if not fulfilment_of([fresh])[fresh.pk].missing:
            if fresh.state == ItemState.NOT_STARTED:
                move_item(by=self._actor(row.by), item=fresh, to=ItemState.IN_PROGRESS, now=now)
            move_item(by=self._actor(row.by), item=fresh, to=ItemState.DONE, now=now)

    def _fill(self, rollout: Rollout, part: ItemPart, row: DoneRow, now: datetime) -> None:
        by = self._actor(row.by)
        match part.kind:
            case PartKind.FORM if part.requirement.form in self.content.forms:
                self._save_form(rollout, part.requirement.form, now)
            case PartKind.DECISION:
                record_decision(by=by, part=part, outcome="approved", on=now.date(), text=row.text, now=now)
            case PartKind.EVIDENCE:
                give_evidence(by=by, part=part, text=row.text, on=now.date(), now=now)
            case PartKind.PARTICIPANTS if row.present:
                present = [Present(role, self.people[who]) for who, role in row.present]
                title = row.text.partition(".")[0][:160]
                values = {"title": title, "on": now.date(), "outcome": row.text, "kind": row.meeting}
                meeting = save_meeting(by=by, rollout=rollout, meeting=None, values=values, present=present, now=now)
                link_meeting(by=by, part=part, meeting=meeting, now=now)
            case PartKind.SIGNOFF:
                signer = next(each.who for each in self.content.members if each.role == part.role)
                sign_part(by=self._actor(signer), part=part, now=now)

    def _save_form(self, rollout: Rollout, form: str, now: datetime) -> None:
        if form == DEFINITION:
            self._save_definition(rollout, now)
            return
        values = {key: self._dated(value) for key, value in self.content.forms[form].items()}
        save_form(by=self._actor(self.content.members[0].who), rollout=rollout, form=form, values=values, now=now)

    def _save_definition(self, rollout: Rollout, now: datetime) -> None:
        """What the story does not tell of a service that is there already, its definition says as the service does."""
        by = self._actor(self.content.members[0].who)
        save_definition(by=by, rollout=rollout, definition=from_stored(self.content.forms[DEFINITION]), now=now)
        if self.content.service:
            take_all_from_service(by=by, rollout=rollout, now=now)

    def _dated(self, value: Any) -> Any:
        """`{-64}` is the day 64 days ago."""
        if isinstance(value, str) and (found := SOON.fullmatch(value)):
            return self._day(int(found[1])).isoformat()
        return value

    def _begin_item(self, rollout: Rollout, row: OpenRow) -> None:
        item, by = self._item(rollout, row.code), self._actor(row.by)
        if row.code == "2.3" and DEFINITION in self.content.forms:
            self._save_form(rollout, DEFINITION, self._at(self.content.began - 80))
            item = self._item(rollout, row.code)
        if item.state == ItemState.DONE:  # the live system has shown it
            return
        if row.state and item.state == ItemState.NOT_STARTED:
            item = move_item(by=by, item=item, to=ItemState.IN_PROGRESS, now=self._at(8))
        if row.state and row.state != item.state:
            item = move_item(by=by, item=item, to=row.state, reason=row.reason, now=self._at(3))
        due_on = self._day(row.due) if row.due is not None else item.due_on
        assign_item(by=by, item=item, owner=self.people[row.owner], due_on=due_on, now=self._at(8))

    def _judge(self, rollout: Rollout, row: GateRow) -> None:
        """Of a service that was open by then, whoever decides sees what the live system shows of it."""
        if rollout.service is not None and rollout.service.opened_at is not None and rollout.service.opened_at <= self._at(row.ago):
            check_rollout(rollout=rollout, by=DEMO, now=self._at(row.ago))
        give_verdict(
            by=self._actor(row.by),
            rollout=rollout,
            gate=ModelGate.objects.get(model_version=rollout.model_version, key=row.gate),
            verdict=row.verdict,
            role=row.role,
            text=row.text,
            conditions=[(each.text, self._day(each.due)) for each in row.conditions],
            now=self._at(row.ago),
        )

    def _write_around(self, rollout: Rollout) -> None:
        for risk in self.content.risks:
            facts = {**risk, "owner": self.people[risk["owner"]]}
            add_work_row(by=self._actor(risk["owner"]), row=Risk(rollout=rollout, **facts), now=self._at(30))
        for note in self.content.diary:
            at = self._at(note.ago)
            add_work_row(by=self._actor(note.by), row=DiaryEntry(rollout=rollout, on=at.date(), text=note.text), now=at)

    def _item(self, rollout: Rollout, code: str) -> RolloutItem:
        rows = RolloutItem.objects.select_related("model_item__phase__model_version", "rollout__county", "rollout__service")
        found: RolloutItem = rows.get(rollout=rollout, model_item__code=code)
        return found

    def _actor(self, who: str) -> Staff:
        return Staff(self.people[who].pk)

    def _at(self, ago: int) -> datetime:
        """So many days ago, at nine in the morning."""
        day = (self.now.astimezone(HELSINKI) - timedelta(days=ago)).date()
        return datetime(day.year, day.month, day.day, 9, tzinfo=HELSINKI)

    def _day(self, days: int) -> date:
        """So many days from today."""
        return self.now.astimezone(HELSINKI).date() + timedelta(days=days)
