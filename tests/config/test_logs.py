"""A refused page is one line of the log; a fault keeps its traceback."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

from accounts.models import User
from services.models import County


def test_a_refused_page_is_one_line(client: Client, portal: County, main_user: User, caplog: pytest.LogCaptureFixture) -> None:
    client.force_login(main_user)
    assert client.get("/fi/vastaaja/").status_code == 403
    (line,) = [each for each in caplog.records if each.name == "django.request"]
    assert "/fi/vastaaja/" in line.getMessage()
    assert line.exc_info is None


def test_a_fault_keeps_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise RuntimeError("fault")
    except RuntimeError:
        logging.getLogger("django.request").exception("fault", extra={"status_code": 500})
    assert caplog.records[-1].exc_info is not None


def test_who_may_not_answer_sees_no_way_to_the_console(client: Client, portal: County, main_user: User, responder: User) -> None:
    client.force_login(main_user)
    refused = client.get("/fi/vastaaja/").content.decode()
    assert "/fi/hallinta/" in refused, "she is led back to what is hers"
    assert "/fi/vastaaja/" not in client.get("/fi/hallinta/").content.decode()
    client.force_login(responder)
    assert "/fi/hallinta/" not in client.get("/fi/vastaaja/").content.decode()


@pytest.mark.parametrize("typed", ["10", "10.00", "10:00", "10.00.00"])
def test_a_clock_time_may_be_typed_as_people_write_it(client: Client, portal: County, main_user: User, typed: str) -> None:
    client.force_login(main_user)
    page = client.get("/fi/hallinta/services/exceptionday/add/")
    assert "08.00.00" not in page.content.decode()
    row = {"county": portal.pk, "date": "23.11.2026", "opens": typed, "closes": "12", "reason_fi": "Koulutus", "reason_sv": "Kurs"}
    assert client.post("/fi/hallinta/services/exceptionday/add/", row).status_code == 302
