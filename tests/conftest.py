"""The cast: the people and places that the tests play with, as real rows.

Places (all built by the ORM, each a fixture that returns the row)
    county          bilingual (fi, sv); its host names are `testserver` (the test client's own) and `alue.test`
    service         an open service of the county, with the topic `neuvonta` and one phone channel
    second_service  another open service of the same county, with its own queue (`second_queue`) and group (`second_group`)
    queue           the service's queue: open day and night, holidays too (`always_open` is its schedule)
    group           the responder group of the queue
    other_county, other_service, other_queue, other_group     the same in another county, host name `toinen.test`

People of the county (each an `accounts.models.User`)
    responder, colleague    in the group, with a grant for the service
    supervisor              of the service
    main_user, coordinator, manager, path_author, area_professional, privacy_officer, reader    with a grant for the whole county
    second_responder        of `second_service` only: must be refused at the doors of `service`
    outsider                a responder and main user of the other county: must be refused at every door of this one
    former                  her grant has ended: may do nothing

Residents have no account: `resident`, `relative` and `stranger` are `accounts.actors.Resident`.

Help
    acting(person)          the actor of a person, for operations: `by=acting(responder)`
    signed_in(person)       a `django.test.Client` in which she has signed in; `signed_in(person, host="toinen.test")`
    async_signed_in(person) the same for async tests
    person(name, …)         one more person; `grant(user, role, county=…, service=…)` one more right
    postgres_url, redis_url addresses of the test servers for child processes; the test is skipped when there are none

Tests marked `postgres` run on SQLite and again on PostgreSQL with Redis; `postgres(only=True)` there only.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import AsyncClient, Client
from django.utils import timezone, translation
from pytest_django import DjangoDbBlocker

from accounts.actors import Resident, Staff
from accounts.choices import Role
from accounts.models import Grant, User
from chat.operations import messages
from services import hosts
from services.choices import ContactKind, PriceClass, ServiceStatus, Weekday
from services.choices import Medium as ChannelMedium
from services.models import (
    Channel,
    ContactPoint,
    County,
    LifeSituation,
    Membership,
    Queue,
    ResponderGroup,
    Schedule,
    Service,
    Topic,
    WeeklyInterval,
)
from tests import emptying

# What a property holds for is no matter of how busy the machine is.
hypothesis.settings.register_profile("portal", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("portal")

real_password_hashers = list(django_settings.PASSWORD_HASHERS)
MARKS = frozenset({"browser", "serve", "postgres", "soak"})
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)  # before today, whenever that is, and before every day that a test plays on
SIGN_IN_BACKEND = django_settings.AUTHENTICATION_BACKENDS[0]


def pytest_configure(config: pytest.Config) -> None:
    """What differs from the real settings, and why."""
    gc.disable()  # until every test is read: nothing of it is rubbish, and it would be searched again and again
    # Pages are tested without collectstatic; tests.house has a test that the manifest can be built.
    django_settings.STORAGES = {
        **django_settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    emptying.install()
    # WhiteNoise warns of a folder that is not there.
    Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    # Argon2 is slow on purpose; one test in tests/config checks that it is the real choice.
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # The limits of one address would count all tests together; tests.chat.test_pace sets its own.
    django_settings.CHAT_STARTS_PER_HOUR = django_settings.CHAT_MESSAGES_PER_MINUTE = 100_000
    django_settings.ALLOWED_HOSTS = [*django_settings.ALLOWED_HOSTS, ".test"]
    # Tests that run side by side share the Redis server: one must not hear the other's pokes.
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        os.environ["REDIS_PREFIX"] = f"test-{os.environ.get('TEST_PART', '')}-{worker}"
        for layer in django_settings.CHANNEL_LAYERS.values():
            layer["CONFIG"]["prefix"] = os.environ["REDIS_PREFIX"]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """`-m browser`, `-m serve…` and `-m postgres…` read only the files that hold the mark: to read all of them takes longer than
    many a part's tests. So a file names its marks itself (tests.house.test_marks).
    """
    wanted = set(str(config.getoption("markexpr") or "").split(" and ")[0].split(" or "))
    if not wanted <= MARKS or collection_path.suffix != ".py" or not collection_path.name.startswith("test_"):
        return None
    text = collection_path.read_text()
    return None if any(f"mark.{mark}" in text for mark in wanted) else True


def _comes_first(item: pytest.Item) -> tuple[bool, float]:
    """A process that has nothing more to do takes tests from the end of another's. So those of the demonstration come first, and
    one process alone loads that county; then the tests that are given more time than others, so that nobody waits for one of them
    at the end.
    """
    mark = item.get_closest_marker("timeout")
    return item.path.name != "test_demo.py", -float(mark.args[0]) if mark else 0.0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The order; and tests for PostgreSQL only are left out when the database is SQLite."""
    items.sort(key=_comes_first)
    if django_settings.USES_POSTGRES:
        return
    only = [item for item in items if (mark := item.get_closest_marker("postgres")) and mark.kwargs.get("only")]
    if only:
        config.hook.pytest_deselected(items=only)
        items[:] = [item for item in items if item not in only]


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is there now stays to the end, and is not searched for rubbish. What a test leaves is searched for seldom: pages and
    queries leave so much of it that looking after every few hundred objects was a twentieth of all the work.
    """
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    gc.enable()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """On PostgreSQL each process begins with a copy of the migrated database, made by the server itself."""
    if (migrated := os.environ.get("MIGRATED_POSTGRES")) and django_settings.USES_POSTGRES:
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool, django_db_modify_db_settings: None) -> bool:
    """Within a run of `tests.run` the database was migrated once, and each process begins with a copy of it."""
    migrated = os.environ.get("MIGRATED_DATABASE")
    if not migrated or django_settings.USES_POSTGRES:
        return django_db_keepdb
    here = Path(connection.settings_dict["TEST"]["NAME"])
    for end in ("-wal", "-shm"):
        Path(f"{here}{end}").unlink(missing_ok=True)
    shutil.copyfile(migrated, here)
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """PostgreSQL drops no database that somebody is still in: the session of a server that was just killed lingers a moment."""
    yield
    if django_settings.USES_POSTGRES:
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def _clean_process(settings: Any) -> Iterator[None]:
    """Each test begins in Finnish, with no county remembered from the test before, and remembers its own to its end: on a slow
    machine the memory of counties would be read anew in the middle of what counts queries.
    """
    settings.COUNTY_CACHE_SECONDS = 600
    hosts.forget()
    messages.forget()  # facts by key, which the next test's database gives again
    with translation.override("fi"):
        yield
    hosts.forget()


# --- help ---


def acting(person: User) -> Staff:
    """The actor of a signed-in person."""
    return Staff(user_id=person.pk)


def make_person(name: str, **fields: object) -> User:
    """A member of staff without a usable password; her e-mail is `<name>@alue.test`."""
    fields = {"first_name": name.title(), "display_name": name.title(), "email": f"{name}@alue.test", **fields}
    user = User(username=name, **fields)
    user.set_unusable_password()
    user.save()
    return user


def make_grant(user: User, role: str, *, county: County, service: Service | None = None, **fields: object) -> Grant:
    """A right of the person in the county, or in one service of it."""
    service_id = service.public_id if service else None
    fields = {"valid_from": LONG_AGO, **fields}
    return Grant.objects.create(user=user, role=role, county=county.code, service_id=service_id, **fields)


def make_always_open(county: County) -> Schedule:
    """Hours that are open day and night, holidays too."""
    schedule = Schedule.objects.create(county=county, key="aina", name="Aina auki", closed_on_holidays=False)
    WeeklyInterval.objects.bulk_create(
        WeeklyInterval(schedule=schedule, weekday=day, opens=time(0), closes=time(0)) for day in Weekday.values
    )
    return schedule


def make_service(county: County, key: str, name_fi: str, name_sv: str, name_en: str) -> Service:
    """An open service with texts in three languages, a topic and a phone channel."""
    situation, _ = LifeSituation.objects.get_or_create(
        county=county, key="arki", defaults={"name_fi": "Arki kotona", "name_sv": "Vardag hemma", "name_en": "Everyday life"}
    )
    phone, _ = ContactPoint.objects.get_or_create(
        county=county,
        key="asiakasohjaus",
        defaults={
            "kind": ContactKind.PHONE,
            "name_fi": "Asiakasohjaus",
            "name_sv": "Klienthandledning",
            "name_en": "Client guidance",
            "value": "044 000 0000",
            "price": PriceClass.LOCAL,
        },
    )
    service = Service.objects.create(
        county=county,
        key=key,
        life_situation=situation,
        name_fi=name_fi,
        name_sv=name_sv,
        name_en=name_en,
        summary_fi="Saat neuvoja ja ohjausta.",
        summary_sv="Du får råd och handledning.",
        summary_en="Advice and guidance.",
        who_answers_fi="Asiakasohjaaja vastaa.",
        who_answers_sv="En klienthandledare svarar.",
        who_answers_en="A client guide answers.",
        status=ServiceStatus.OPEN,
        permitted_at=timezone.now() - timedelta(days=60),
        opened_at=timezone.now() - timedelta(days=59),
    )
    Topic.objects.create(service=service, key="neuvonta", name_fi="Neuvonta", name_sv="Rådgivning", name_en="Advice")
    Channel.objects.create(service=service, medium=ChannelMedium.PHONE, contact_point=phone)
    return service


def make_group(county: County, key: str) -> ResponderGroup:
    """An empty group of responders."""
    return ResponderGroup.objects.create(
        county=county,
        key=key,
        name_fi="Asiakasohjaajat",
        name_sv="Klienthandledare",
        name_en="Client guides",
        profession_fi="asiakasohjaaja",
    )


def make_queue(service: Service, schedule: Schedule, group: ResponderGroup, *, key: str = "yleinen") -> Queue:
    """A queue of the service, answered by the group."""
    queue = Queue.objects.create(
        service=service,
        key=key,
        name_fi="Yleinen",
        name_sv="Allmän",
        name_en="General",
        languages=["fi", "sv", "en"],
        schedule=schedule,
    )
    queue.groups.add(group)
    return queue


# --- places ---


@pytest.fixture
def county(db: None) -> County:
    return County.objects.create(
        code="koe",
        slug="koe",
        name_fi="Kokeen hyvinvointialue",
        name_sv="Provets välfärdsområde",
        name_en="Wellbeing services county of Koe",
        hosts=["testserver", "alue.test"],
        official_languages=["fi", "sv"],
        population=100_000,
        allowed_domains=["alue.test"],
        is_active=True,
    )


@pytest.fixture
def other_county(db: None) -> County:
    return County.objects.create(
        code="toinen",
        slug="toinen",
        name_fi="Toinen hyvinvointialue",
        name_sv="Det andra välfärdsområdet",
        name_en="The other wellbeing services county",
        hosts=["toinen.test"],
        official_languages=["fi"],
        population=50_000,
        is_active=True,
    )


@pytest.fixture
def always_open(county: County) -> Schedule:
    return make_always_open(county)


@pytest.fixture
def service(county: County) -> Service:
    return make_service(
        county, "ikaantyneet", "Ikääntyneiden palvelujen chat", "Chatt för äldreservice", "Chat for older people’s services"
    )


@pytest.fixture
def group(county: County) -> ResponderGroup:
    return make_group(county, "asiakasohjaajat")


@pytest.fixture
def queue(service: Service, always_open: Schedule, group: ResponderGroup) -> Queue:
    return make_queue(service, always_open, group)


@pytest.fixture
def second_service(county: County) -> Service:
    return make_service(county, "neuvola", "Neuvolan chat", "Rådgivningens chatt", "Clinic chat")


@pytest.fixture
def second_group(county: County) -> ResponderGroup:
    return make_group(county, "terveydenhoitajat")


@pytest.fixture
def second_queue(second_service: Service, always_open: Schedule, second_group: ResponderGroup) -> Queue:
    return make_queue(second_service, always_open, second_group)


@pytest.fixture
def other_service(other_county: County) -> Service:
    return make_service(other_county, "ikaantyneet", "Toisen alueen chat", "Det andra områdets chatt", "The other county’s chat")


@pytest.fixture
def other_group(other_county: County) -> ResponderGroup:
    return make_group(other_county, "asiakasohjaajat")


@pytest.fixture
def other_queue(other_service: Service, other_group: ResponderGroup) -> Queue:
    return make_queue(other_service, make_always_open(other_service.county), other_group)


# --- people ---


@pytest.fixture
def resident() -> Resident:
    return Resident(key=uuid4())


@pytest.fixture
def relative() -> Resident:
    return Resident(key=uuid4())


@pytest.fixture
def stranger() -> Resident:
    """Another resident: whatever the first one does, she may not see it."""
    return Resident(key=uuid4())


@pytest.fixture
def responder(county: County, service: Service, group: ResponderGroup) -> User:
    user = make_person("maija", display_name="Maija, asiakasohjaaja")
    make_grant(user, Role.RESPONDER, county=county, service=service)
    Membership.objects.create(group=group, user=user)
    return user


@pytest.fixture
def colleague(county: County, service: Service, group: ResponderGroup) -> User:
    user = make_person("kaisa", display_name="Kaisa, asiakasohjaaja")
    make_grant(user, Role.RESPONDER, county=county, service=service)
    Membership.objects.create(group=group, user=user)
    return user


@pytest.fixture
def second_responder(county: County, second_service: Service, second_group: ResponderGroup) -> User:
    user = make_person("noora", display_name="Noora, terveydenhoitaja")
    make_grant(user, Role.RESPONDER, county=county, service=second_service)
    Membership.objects.create(group=second_group, user=user)
    return user


@pytest.fixture
def supervisor(county: County, service: Service) -> User:
    user = make_person("sirpa")
    make_grant(user, Role.SUPERVISOR, county=county, service=service)
    return user


def _of_county(name: str, role: str, county: County) -> User:
    user = make_person(name)
    make_grant(user, role, county=county)
    return user


@pytest.fixture
def main_user(county: County) -> User:
    user = _of_county("paula", Role.MAIN_USER, county)
    user.is_staff = True
    user.save()
    return user


@pytest.fixture
def coordinator(county: County) -> User:
    return _of_county("petri", Role.COORDINATOR, county)


@pytest.fixture
def manager(county: County) -> User:
    return _of_county("jaana", Role.MANAGER, county)


@pytest.fixture
def path_author(county: County) -> User:
    return _of_county("outi", Role.PATH_AUTHOR, county)


@pytest.fixture
def area_professional(county: County) -> User:
    return _of_county("aino", Role.AREA_PROFESSIONAL, county)


@pytest.fixture
def privacy_officer(county: County) -> User:
    return _of_county("tiina", Role.PRIVACY_OFFICER, county)


@pytest.fixture
def reader(county: County) -> User:
    return _of_county("leena", Role.READER, county)


@pytest.fixture
def outsider(other_county: County, other_service: Service, other_group: ResponderGroup) -> User:
    user = make_person("olavi", is_staff=True)
    make_grant(user, Role.RESPONDER, county=other_county, service=other_service)
    make_grant(user, Role.SUPERVISOR, county=other_county)
    make_grant(user, Role.MAIN_USER, county=other_county)
    Membership.objects.create(group=other_group, user=user)
    return user


@pytest.fixture
def former(county: County, service: Service, group: ResponderGroup) -> User:
    user = make_person("vesa")
    ended = timezone.now() - timedelta(days=1)
    make_grant(user, Role.RESPONDER, county=county, service=service, valid_until=ended)
    make_grant(user, Role.MAIN_USER, county=county, valid_until=ended)
    Membership.objects.create(group=group, user=user, valid_until=ended)
    return user


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    return make_person


@pytest.fixture
def grant(db: None) -> Callable[..., Grant]:
    return make_grant


# --- doors ---


@pytest.fixture
def signed_in(db: None) -> Callable[..., Client]:
    def open_client(user: User, *, host: str = "testserver") -> Client:
        client = Client(headers={"host": host})
        client.force_login(user, backend=SIGN_IN_BACKEND)
        return client

    return open_client


@pytest.fixture
def async_signed_in(db: None) -> Callable[..., AsyncClient]:
    def open_client(user: User, *, host: str = "testserver") -> AsyncClient:
        client = AsyncClient(headers={"host": host})
        client.force_login(user, backend=SIGN_IN_BACKEND)
        return client

    return open_client


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """PostgreSQL for child processes: an address without a database name, at which databases may be made."""
    url = os.environ.get("TEST_POSTGRES_URL", "")
    if not url:
        pytest.skip("no PostgreSQL for this run (TEST_POSTGRES_URL)")
    return url.rstrip("/")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """Redis for child processes, without a database number."""
    url = os.environ.get("TEST_REDIS_URL", "")
    if not url:
        pytest.skip("no Redis for this run (TEST_REDIS_URL)")
    return url.rstrip("/")
