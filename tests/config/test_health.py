"""The probes answer when other things do not, and keep figures from strangers."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import OperationalError, connection
from django.test import AsyncClient, Client

from config import heartbeat
from config.views import health
from reports.choices import Making, WhyNotMade
from reports.models import ReportRun
from services.models import County, Service


@pytest.fixture
def jobs(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path


def refuse_database(*_: object) -> None:
    raise OperationalError("gone")


def test_alive_without_a_database_and_for_any_host(client: Client) -> None:
    response = client.get("/healthz", headers={"host": "10.0.0.7"})
    assert response.status_code == 200
    assert response.content == b"ok\n"


def test_no_probe_is_sent_to_https(client: Client, settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
@pytest.mark.postgres
def test_ready_tells_each_part(client: Client, jobs) -> None:
    heartbeat.mark()
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["state"] == "ready"
    assert response.json()["database"] == "ok"
    assert response.json()["jobs"] == "ok"


@pytest.mark.django_db
def test_late_jobs_degrade_but_keep_the_process_in_use(client: Client, jobs) -> None:
    assert client.get("/readyz").json()["jobs"] == "never"
    heartbeat.mark(now=0.0)
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"state": "degraded", "database": "ok", "bus": "not used", "jobs": "late", "process": "ok"}


@pytest.mark.django_db
def test_a_lost_bus_degrades_only(client: Client, settings, jobs) -> None:
    heartbeat.mark()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["bus"] == "failed"
    assert response.json()["state"] == "degraded"


@pytest.mark.django_db
def test_a_lost_database_is_not_ready(client: Client, jobs) -> None:
    with connection.execute_wrapper(refuse_database):
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] == "failed"


@pytest.mark.django_db
def test_a_draining_process_is_not_ready(client: Client, jobs) -> None:
    health.set_draining(True)
    try:
        assert client.get("/readyz").status_code == 503
    finally:
        health.set_draining(False)
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db(transaction=True)
async def test_the_probes_answer_in_the_event_loop(async_client: AsyncClient, jobs) -> None:
    assert (await async_client.get("/healthz")).status_code == 200
    assert (await async_client.get("/readyz")).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "10.1.2.3"}, 200),
        ({"REMOTE_ADDR": "193.166.3.2"}, 403),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "10.0.0.1"}, 403),
        ({"REMOTE_ADDR": ""}, 403),
    ],
)
def test_metrics_are_for_this_machine_and_private_networks(client: Client, jobs, asked: dict[str, str], status: int) -> None:
    response = client.get("/metrics", **asked)  # type: ignore[arg-type]  # the environ of the request
    assert response.status_code == status
    assert (b"portal_jobs_age_seconds" in response.content) == (status == 200)


@pytest.mark.django_db
def test_metrics_with_a_token_are_for_who_has_it(client: Client, settings, jobs) -> None:
    settings.METRICS_TOKEN = "a-long-token"
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 403
    far = {"REMOTE_ADDR": "193.166.3.2"}
    assert client.get("/metrics", headers={"authorization": "Bearer a-long-token"}, **far).status_code == 200  # type: ignore[arg-type]


def gauge(client: Client, name: str) -> float:
    words = client.get("/metrics").content.decode()
    return float(next(line.split()[1] for line in words.splitlines() if line.startswith(f"{name} ")))


@pytest.mark.django_db
@pytest.mark.postgres
def test_reports_that_could_not_be_made_are_counted(client: Client, jobs, county: County, service: Service) -> None:
    """The county's of October and the service's of November failed; another of the service's only waits."""
    assert gauge(client, "portal_reports_failed") == 0
    failed = {"county": county, "state": Making.FAILED, "reason": WhyNotMade.FAULT}
    ReportRun.objects.create(month=date(2026, 10, 1), **failed)
    ReportRun.objects.create(month=date(2026, 11, 1), service=service, **failed)
    ReportRun.objects.create(month=date(2026, 10, 1), service=service, county=county)
    assert gauge(client, "portal_reports_failed") == 2
    County.objects.update(is_active=False)
    assert gauge(client, "portal_reports_failed") == 0


@pytest.mark.django_db
def test_figures_are_told_without_a_database(client: Client, jobs) -> None:
    with connection.execute_wrapper(refuse_database):
        assert gauge(client, "portal_reports_failed") == -1
