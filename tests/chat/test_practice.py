"""Practice with simulated residents: who may, how they talk, that it is counted nowhere, and what a supervisor sees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from accounts.actors import Resident, Staff, System
from accounts.choices import Role
from accounts.models import User
from chat.boards import line_boards, mine_boards
from chat.choices import EventKind, LegExit, ParticipantKind, State
from chat.models import Conversation, Event, PracticeRun
from chat.operations import (
    check_practice,
    claim_conversation,
    claim_next,
    close_lines,
    end_conversation,
    post_message,
    requeue_conversation,
    run_due,
    start_conversation,
    start_practice,
)
from chat.scripts import PATIENCE, Act, Said, Script, ScriptsFile, next_act, scripts
from handbook.models import PracticeNote
from services.choices import ServiceStatus
from services.identity_codes import mask
from services.models import County, Membership, Queue, ResponderGroup, Schedule, Service
from tests.conftest import acting, make_grant, make_group, make_person, make_queue, make_service

PAGE, DONE = "/fi/vastaaja/harjoittelu/", "/fi/vastaaja/harjoittelu/tehdyt/"
SignedIn = Callable[..., Client]
BY = System("test")
START = datetime(2026, 11, 2, 8, 0, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def training(county: County, group: ResponderGroup, responder: User, colleague: User) -> Queue:
    """The county's training service, closed day and night, and the right of both responders to it."""
    service = make_service(county, "harjoittelu", "Harjoittelu", "Övning", "Practice")
    service.is_test = True
    service.save()
    queue = make_queue(service, Schedule.objects.create(county=county, key="kiinni", name="Kiinni"), group)
    for person in (responder, colleague):
        make_grant(person, Role.RESPONDER, county=county, service=service)
    return queue


class Training:
    """A practice as the test plays it: the clock, the responder, and the beat that lets the simulated resident act."""

    def __init__(self, user: User, county: County, script: str, language: str = "fi") -> None:
        self.user, self.at = user, START
        self.run = start_practice(by=acting(user), county=county, script=script, language=language, now=self.at)
        self.key = self.run.conversation.public_id

    @property
    def row(self) -> Conversation:
        return Conversation.objects.get(public_id=self.key)

    def claim(self) -> Training:
        claim_conversation(by=acting(self.user), conversation=self.key, now=self.at)
        return self

    def say(self, words: str) -> Training:
        post_message(by=acting(self.user), conversation=self.key, client_id=uuid4(), body=words, now=self.at)
        return self

    def wait(self, seconds: float) -> Training:
        """Time goes by in steps of the beat."""
        end = self.at + timedelta(seconds=seconds)
        while self.at < end:
            self.at = min(self.at + timedelta(seconds=3), end)
            run_due(by=BY, now=self.at)
        self.run.refresh_from_db()
        return self

    def heard(self) -> list[str]:
        """What the simulated resident has written."""
        events = Event.objects.filter(conversation__public_id=self.key, kind=EventKind.MESSAGE)
        return list(events.filter(participant__kind=ParticipantKind.RESIDENT).order_by("seq").values_list("body", flat=True))


@pytest.fixture
def train(training: Queue, county: County, responder: User) -> Callable[..., Training]:
    def make(script: str = "vaara_palvelu", *, user: User | None = None, language: str = "fi") -> Training:
        return Training(user or responder, county, script, language)

    return make


Train = Callable[..., Training]


class TestScripts:
    def test_there_are_enough_and_each_is_whole(self) -> None:
        found = scripts()
        assert len(found) >= 8
        for script in found.values():
            assert script.turns and len(script.good) >= 3 and script.replies, script.key

    def test_every_text_is_in_three_different_languages(self) -> None:
        for script in scripts().values():
            texts = [script.title, script.about, script.hint, script.starts, *(point.text for point in script.good)]
            for turn in script.turns:
                texts += [turn.says, *([turn.nudge] if turn.nudge else []), *(cue.says for cue in turn.cues)]
            for text in texts:
                assert len({text.fi, text.sv, text.en}) == 3, (script.key, text)

    def test_the_quick_replies_are_those_of_the_starter_set(self) -> None:
        for script in scripts().values():
            assert all(1 <= int(key.removeprefix("QR")) <= 40 for key in script.replies), script.key
            assert all(shortcut.startswith("/") for shortcut in script.replies.values()), script.key

    @pytest.mark.parametrize("change", ["no_english", "unknown_key", "no_points", "twice"])
    def test_a_fault_in_the_file_is_an_error(self, change: str) -> None:
        good = msgspec.to_builtins(next(iter(scripts().values())))
        rows = [good]
        if change == "no_english":
            good["starts"]["en"] = " "
        elif change == "unknown_key":
            good["turn"] = 1
        elif change == "no_points":
            good["good"] = []
        else:
            rows = [good, good]
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"scripts": rows}, ScriptsFile)

    def test_the_file_as_it_is_passes(self) -> None:
        rows = [msgspec.to_builtins(script) for script in scripts().values()]
        assert msgspec.convert({"scripts": rows}, ScriptsFile).scripts == list(scripts().values())


class TestWhatSheDoes:
    """The pure function: by the script, the log and the clock."""

    script = scripts()["kiire"]

    def act(self, turns: int, log: list[tuple[str, int, str]], at: int, script: Script | None = None) -> Act | None:
        said = [Said(who == "r", START + timedelta(seconds=second), words) for who, second, words in log]
        now = START + timedelta(seconds=at)
        return next_act(script or self.script, turns=turns, log=said, language="fi", since=START, now=now)

    def test_she_waits_for_an_answer_and_reminds_once(self) -> None:
        assert self.act(0, [("r", 0, "")], 29) is None
        reminder = self.act(0, [("r", 0, "")], 30)
        assert reminder == Act(0, says="Hän alkaa hikoilla. Mitä teen?")
        assert self.act(0, [("r", 0, ""), ("r", 30, "")], 90) is None

    def test_she_answers_what_she_is_told(self) -> None:
        heard = self.act(0, [("r", 0, ""), ("s", 10, "Soita heti 112!")], 15)
        assert heard == Act(2, says="Hyvä on, soitan heti. Kiitos!")
        other = self.act(0, [("r", 0, ""), ("s", 10, "Odottakaa hetki")], 15)
        assert other is not None and "huomiseen" in other.says

    def test_she_lets_the_responder_write_on(self) -> None:
        assert self.act(0, [("r", 0, ""), ("s", 10, "Hei"), ("s", 13, "112")], 17) is None
        assert self.act(0, [("r", 0, ""), ("s", 10, "112"), ("s", 13, "heti")], 18) == Act(2, says="Hyvä on, soitan heti. Kiitos!")

    def test_she_leaves_at_the_end(self) -> None:
        log = [("r", 0, ""), ("s", 10, "112"), ("r", 15, "Kiitos")]
        assert self.act(2, log, 24) is None
        assert self.act(2, log, 25) == Act(2, leaves=True)
        assert self.act(2, [*log, ("s", 20, "Hyvä")], 29) is None
        assert self.act(2, [*log, ("s", 20, "Hyvä")], 30) == Act(2, leaves=True)

    def test_one_who_stays_is_ended_by_the_responder(self) -> None:
        stays = scripts()["kriisi"]
        log = [("r", 0, ""), ("s", 10, "112"), ("r", 15, "Kiitos")]
        assert self.act(3, log, 600, stays) is None
        assert self.act(3, log, 15 + int(PATIENCE.total_seconds()), stays) == Act(3, leaves=True)

    def test_unanswered_she_gives_up(self) -> None:
        log = [("r", 0, ""), ("r", 30, "")]
        assert self.act(0, log, 30 + int(PATIENCE.total_seconds()) - 1) is None
        assert self.act(0, log, 30 + int(PATIENCE.total_seconds())) == Act(0, leaves=True)


class TestStarting:
    def test_a_simulated_resident_comes_though_the_line_is_closed(self, train: Train, training: Queue, responder: User) -> None:
        row = train().row
        assert (row.queue, row.state, row.is_test) == (training, State.WAITING, True)
        waiting = line_boards(Queue.objects.for_board())[training.pk].waiting
        assert [(entry.conversation, entry.test) for entry in waiting] == [(row.public_id, True)]

    def test_she_waits_however_long_and_closed(self, train: Train, training: Queue) -> None:
        run = train().wait(600)
        close_lines(by=BY, now=run.at)
        assert run.row.state == State.WAITING and run.row.away_since is None

    def test_a_real_one_in_the_same_closed_line_is_closed(self, train: Train, training: Queue, resident: Resident) -> None:
        run = train()
        row = run.row
        Conversation.objects.create(
            county=row.county,
            service=row.service,
            first_queue=training,
            queue=training,
            resident_key=resident.key,
            start_token=uuid4(),
        ).legs.create(queue=training, queued_at=START)
        close_lines(by=BY, now=START)
        assert set(Conversation.objects.values_list("practice", "state")) == {(run.run.pk, "waiting"), (None, "ended")}

    def test_it_is_for_her_alone(self, train: Train, responder: User, colleague: User) -> None:
        run = train()
        with pytest.raises(ValidationError) as error:
            claim_conversation(by=acting(colleague), conversation=run.key, now=START)
        assert error.value.code == "reserved"
        with pytest.raises(ValidationError) as error:
            claim_next(by=acting(colleague), now=START)
        assert error.value.code == "nobody_waiting"
        assert claim_next(by=acting(responder), now=START).public_id == run.key

    def test_it_stays_hers_when_her_line_is_lost(self, train: Train, responder: User, colleague: User) -> None:
        """A colleague who takes the next must not get it before the real ones who wait."""
        run = train().claim()
        before = run.row
        requeue_conversation(by=BY, conversation=run.key, exit=LegExit.LOST, front=True, now=START)
        assert (run.row.priority, run.row.line_at) == (before.priority, before.line_at)
        with pytest.raises(ValidationError) as error:
            claim_next(by=acting(colleague), now=START)
        assert error.value.code == "nobody_waiting"
        assert claim_next(by=acting(responder), now=START).public_id == run.key

    def test_one_at_a_time(self, train: Train, county: County, responder: User, colleague: User) -> None:
        first = train()
        assert train("kiire").run == first.run
        assert train(user=colleague).run != first.run
        row = first.row
        row.pk, row.public_id, row.start_token = None, uuid4(), uuid4()
        with pytest.raises(IntegrityError):
            row.save()

    def test_not_a_script_that_there_is_not(self, training: Queue, county: County, responder: User) -> None:
        with pytest.raises(ValidationError) as error:
            start_practice(by=acting(responder), county=county, script="keksitty", now=START)
        assert error.value.code == "invalid"

    @pytest.mark.parametrize("name", ["second_responder", "outsider", "former", "main_user", "reader"])
    def test_not_without_a_right_to_the_training_service(
        self, name: str, training: Queue, county: County, request: pytest.FixtureRequest
    ) -> None:
        person = request.getfixturevalue(name)
        with pytest.raises(PermissionDenied):
            start_practice(by=acting(person), county=county, script="kiire", now=START)
        assert not Conversation.objects.exists()

    def test_never_in_a_real_service(self, queue: Queue, county: County, responder: User) -> None:
        with pytest.raises(PermissionDenied):
            start_practice(by=acting(responder), county=county, script="kiire", now=START)

    @pytest.mark.parametrize("by", [Resident(uuid4()), System("x")], ids=["resident", "system"])
    def test_only_people_practise(self, by: Resident | System, training: Queue, county: County) -> None:
        with pytest.raises(PermissionDenied):
            start_practice(by=by, county=county, script="kiire", now=START)

    def test_she_writes_the_language_of_the_page_or_her_own(self, train: Train, colleague: User) -> None:
        assert train("kiire", language="sv").heard()[0].startswith("Min man")
        swedish = train("ruotsinkielinen", user=colleague)
        assert swedish.row.language == "sv" and swedish.heard()[0].startswith("Hej!")


class TestTalking:
    @pytest.mark.parametrize("key", list(scripts()))
    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    def test_every_script_runs_to_its_end(self, key: str, language: str, train: Train, responder: User) -> None:
        script = scripts()[key]
        run = train(key, language=language).claim()
        for turn in script.turns:
            run.say("Hei, miten voin auttaa?").wait(turn.after + 3)
        assert run.run.step == len(script.turns)
        spoken = script.language(language)
        said = [script.starts.said(spoken), *(turn.says.said(spoken) for turn in script.turns)]
        assert run.heard() == [mask(words, language)[0] for words in said]
        run.wait(script.leaves_after + 6)
        if script.ends == "leaves":
            assert (run.row.state, run.row.ended_by) == (State.ENDED, "resident")
        else:
            assert run.row.state == State.ACTIVE
            end_conversation(by=acting(responder), conversation=run.key, outcome="R1", topic="neuvonta", now=run.at)
            run.wait(3)
        assert run.run.ended_at is not None and run.run.due_at is None
        assert PracticeRun.objects.done().get() == run.run
        assert PracticeNote.objects.get().user == responder  # her orientation has a practice now

    def test_she_stays_here_while_she_talks(self, train: Train) -> None:
        assert train("omaishoito").claim().wait(400).row.away_since is None

    def test_the_silent_one_goes_away_without_a_word(self, train: Train) -> None:
        run = train("hiljainen").claim()
        for turn in scripts()["hiljainen"].turns:
            run.say("Mitä mietit?").wait(turn.after + 3)
        run.wait(150)
        assert run.row.away_since is not None and run.row.state == State.ACTIVE

    def test_twice_at_the_same_instant_is_once(self, train: Train) -> None:
        run = train("kiire").claim().say("Soita 112")
        run.at += timedelta(seconds=10)
        for _ in range(3):
            run_due(by=BY, now=run.at)
        assert len(run.heard()) == 2

    def test_only_the_portal_plays_her(self, train: Train, responder: User) -> None:
        run = train("kiire").claim().say("Soita 112")
        later = run.at + timedelta(seconds=20)
        run_due(by=acting(responder), now=later)
        assert len(run.heard()) == 1
        run_due(by=BY, now=later)
        assert len(run.heard()) == 2

    def test_a_note_for_staff_is_no_answer(self, train: Train, responder: User) -> None:
        run = train("kiire").claim()
        post_message(by=acting(responder), conversation=run.key, client_id=uuid4(), body="112", audience="staff", now=run.at)
        assert len(run.wait(20).heard()) == 1

    def test_a_script_that_is_gone_ends_it(self, train: Train) -> None:
        run = train("kiire").claim()
        PracticeRun.objects.update(script="poistettu")
        run.wait(3)
        assert run.row.state == State.ENDED and run.run.ended_at is not None


class TestCountedNowhere:
    def test_every_count_leaves_it_out(self, train: Train, training: Queue, queue: Queue, resident: Resident) -> None:
        real = start_conversation(by=resident, service=queue.service, token=uuid4(), now=timezone.now())
        train("kiire").claim().say("Soita 112").wait(60)
        for rows in (Conversation.objects.counted(), Conversation.objects.counted().of_residents()):
            assert list(rows) == [real]
        assert not Conversation.objects.counted().consultations().exists()
        assert not Service.objects.public().filter(pk=training.service_id).exists()

    def test_it_is_marked_in_the_lists_and_the_head(self, train: Train, responder: User, signed_in: SignedIn) -> None:
        client = signed_in(responder)
        run = train("kiire")
        assert ">Harjoitus</span>" in client.get("/fi/vastaaja/").content.decode()
        run.claim()
        assert mine_boards([responder.pk])[responder.pk].conversations[0].test
        page = client.get(f"/fi/vastaaja/{run.key}/").content.decode()
        assert "Harjoitus: Kiireelliset oireet" in page and "/112" in page

    def test_a_colleague_who_reads_it_gets_no_hints(self, train: Train, colleague: User, signed_in: SignedIn) -> None:
        run = train("kiire").claim()
        page = signed_in(colleague).get(f"/fi/vastaaja/{run.key}/").content.decode()
        assert "Harjoitus: Kiireelliset" not in page


class TestLooking:
    @pytest.fixture
    def finished(self, train: Train, responder: User) -> Training:
        run = train("kiire").claim().say("Soita heti 112.")
        run.wait(8).say("Hyvä, soita nyt.").wait(40)
        assert run.row.state == State.ENDED
        return run

    def test_she_ticks_what_her_answer_had(self, finished: Training, responder: User) -> None:
        run = check_practice(by=acting(responder), conversation=finished.key, ticked=["fast", "first"], now=START)
        assert run.ticked == ["first", "fast"] and run.ticked_at == START
        assert check_practice(by=acting(responder), conversation=finished.key, ticked=[], now=START).ticked == []

    def test_nobody_else_does(self, finished: Training, colleague: User, supervisor: User) -> None:
        for person in (colleague, supervisor):
            with pytest.raises(PracticeRun.DoesNotExist):
                check_practice(by=acting(person), conversation=finished.key, ticked=[], now=START)
        with pytest.raises(PermissionDenied):
            check_practice(by=BY, conversation=finished.key, ticked=[], now=START)

    def test_not_while_it_goes_on_nor_other_points(self, train: Train, finished: Training, responder: User) -> None:
        going = train("kriisi")
        for key, ticked in ((going.key, []), (finished.key, ["keksitty"])):
            with pytest.raises(ValidationError):
                check_practice(by=acting(responder), conversation=key, ticked=ticked, now=START)

    def test_its_page(self, finished: Training, responder: User, colleague: User, signed_in: SignedIn) -> None:
        client, url = signed_in(responder), f"{PAGE}{finished.key}/"
        assert "Ensimmäinen lauseeni oli" in client.get(url).content.decode()
        assert client.post(url, {"point": ["first"]})["Location"] == PAGE
        assert "oma arvio: 1/4" in client.get(PAGE).content.decode()
        assert client.post(url, {"point": ["keksitty"]})["Location"] == url
        for method in ("get", "post"):
            assert getattr(signed_in(colleague), method)(url).status_code == 404


class TestPages:
    def test_choosing_and_going_on(self, training: Queue, responder: User, signed_in: SignedIn) -> None:
        client = signed_in(responder)
        page = client.get(PAGE).content.decode()
        for script in scripts().values():
            assert script.title.fi in page
        assert client.post(PAGE, {"script": "kiire"})["Location"] == "/fi/vastaaja/"
        assert "Harjoituksesi on kesken" in client.get(PAGE).content.decode()
        assert PracticeRun.objects.get().script == "kiire"

    def test_any_is_one_that_she_has_done_least(self, train: Train, county: County, responder: User, signed_in: SignedIn) -> None:
        for key in list(scripts())[:-1]:
            run = train(key).claim().say("Hei")
            end_conversation(by=acting(responder), conversation=run.key, outcome="R1", topic="neuvonta", now=run.at)
            run.wait(3)
        signed_in(responder).post(PAGE, {"script": "mika-tahansa"})
        assert PracticeRun.objects.running().get().script == list(scripts())[-1]

    def test_an_unknown_script_is_refused(self, training: Queue, responder: User, signed_in: SignedIn) -> None:
        assert signed_in(responder).post(PAGE, {"script": "keksitty"}).status_code == 400

    @pytest.mark.parametrize(("name", "status"), [("reader", 403), ("outsider", 403), ("former", 403), ("coordinator", 403)])
    def test_who_is_not_let_in(
        self, name: str, status: int, training: Queue, request: pytest.FixtureRequest, signed_in: SignedIn
    ) -> None:
        client = signed_in(request.getfixturevalue(name))
        assert client.get(PAGE).status_code == client.post(PAGE, {"script": "kiire"}).status_code == status

    def test_who_has_no_right_is_told_whom_to_ask(self, training: Queue, second_responder: User, signed_in: SignedIn) -> None:
        client = signed_in(second_responder)
        page = client.get(PAGE).content.decode()
        assert "Pyydä pääkäyttäjältä vastaajan oikeus" in page and "Harjoittelu" in page
        assert client.post(PAGE, {"script": "kiire"}).status_code == 403

    def test_without_a_training_service_the_main_user_is_told_how(
        self, queue: Queue, responder: User, main_user: User, signed_in: SignedIn
    ) -> None:
        assert "Pyydä pääkäyttäjää tekemään" in signed_in(responder).get(PAGE).content.decode()
        assert "merkitse se testipalveluksi" in signed_in(main_user).get(PAGE).content.decode()

    def test_a_draft_is_no_training_service(self, training: Queue, responder: User, signed_in: SignedIn) -> None:
        Service.objects.filter(pk=training.service_id).update(status=ServiceStatus.DRAFT)
        assert signed_in(responder).post(PAGE, {"script": "kiire"}).status_code == 403


class TestSupervisor:
    def finish(self, train: Train, user: User) -> Training:
        run = train("kiire", user=user).claim().say("Soita heti 112. Salainen vastaus.")
        run.wait(8)
        end_conversation(by=acting(user), conversation=run.key, outcome="R8", topic="neuvonta", now=run.at)
        return run.wait(3)

    def test_sees_that_it_was_done_and_no_words(
        self, train: Train, responder: User, colleague: User, supervisor: User, signed_in: SignedIn
    ) -> None:
        run = self.finish(train, responder)
        check_practice(by=acting(responder), conversation=run.key, ticked=["first"], now=run.at)
        page = signed_in(supervisor).get(DONE).content.decode()
        for words in ("Maija", "Kiireelliset oireet", "oma arvio: 1/4", "2.11.", "Kaisa", "Ei vielä harjoituksia."):
            assert words in page
        assert "Salainen" not in page and "puutuu" not in page

    def test_not_of_people_whom_her_grants_do_not_reach(
        self, train: Train, county: County, responder: User, second_service: Service, second_responder: User, signed_in: SignedIn
    ) -> None:
        self.finish(train, responder)
        other = make_person("ossi")
        make_grant(other, Role.SUPERVISOR, county=county, service=second_service)
        page = signed_in(other).get(DONE).content.decode()
        assert "Maija" not in page and "Noora" in page
        whole = make_person("koko")
        make_grant(whole, Role.SUPERVISOR, county=county)
        page = signed_in(whole).get(DONE).content.decode()
        assert "Maija" in page and "Noora" in page

    def test_only_finished_and_answered_ones(self, train: Train, supervisor: User, responder: User, signed_in: SignedIn) -> None:
        run = train("kiire")
        run.wait(30)
        assert not PracticeNote.objects.exists()
        assert "Kiireelliset" not in signed_in(supervisor).get(DONE).content.decode()
        run.at += PATIENCE
        run.wait(PATIENCE.total_seconds() / 60)
        assert run.row.state == State.ENDED
        assert "Kiireelliset" not in signed_in(supervisor).get(DONE).content.decode(), "nobody answered it"

    @pytest.mark.parametrize("name", ["responder", "main_user", "outsider", "reader", "former"])
    def test_others_do_not(self, name: str, training: Queue, request: pytest.FixtureRequest, signed_in: SignedIn) -> None:
        assert signed_in(request.getfixturevalue(name)).get(DONE).status_code == 403

    def test_of_another_county_nothing(
        self, train: Train, responder: User, outsider: User, other_county: County, signed_in: SignedIn
    ) -> None:
        self.finish(train, responder)
        make_grant(responder, Role.RESPONDER, county=other_county)
        group = make_group(other_county, "toiset")
        Membership.objects.create(group=group, user=responder)
        page = signed_in(outsider, host="toinen.test").get(DONE).content.decode()
        assert "Maija" in page and "Kiireelliset" not in page


def test_own_runs_are_her_own(train: Train, responder: User, colleague: User) -> None:
    run = train().run
    assert list(PracticeRun.objects.own(Staff(responder.pk))) == [run]
    assert not PracticeRun.objects.own(Staff(colleague.pk)).exists()


def test_it_waits_in_nobody_elses_console(train: Train, responder: User, colleague: User, signed_in: SignedIn) -> None:
    key = str(train().key)
    assert key in signed_in(responder).get("/fi/vastaaja/").content.decode()
    assert key not in signed_in(colleague).get("/fi/vastaaja/").content.decode(), "she could not take it"
