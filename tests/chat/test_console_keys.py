"""A responder's own settings: safe keys, no key with two commands, each person's own, by form and by script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from accounts.actors import Resident, System
from accounts.models import User
from chat.keys import COMMANDS, DEFAULTS, KEYS, bindings, changes, clash
from chat.models import ConsoleSettings
from chat.operations import reset_console_keys, save_console_settings
from services.models import Queue
from tests.conftest import acting

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}
PATH = "/fi/vastaaja/asetukset/"
SignedIn = Callable[..., Client]


def test_the_keys_of_the_start_are_safe_and_different() -> None:
    assert set(DEFAULTS) <= set(COMMANDS)
    assert set(DEFAULTS.values()) <= set(KEYS)
    assert clash(bindings({})) is None
    for key in KEYS:
        assert "Alt" not in key  # Ctrl+Alt is AltGr on a Finnish keyboard: it writes @ and €
        assert key.rpartition("+")[2] in {f"F{number}" for number in (1, 2, 4, 7, 8, 9, 10)}
    assert "Ctrl+F4" not in KEYS


def test_what_cannot_be_read_falls_back() -> None:
    assert bindings({"take_next": "q", "nonsense": "F7", "end": ""}) == {**bindings({}), "end": ""}
    assert changes(bindings({"end": "", "note": "F7"})) == {"end": "", "note": "F7"}


def test_only_what_is_given_changes(responder: User) -> None:
    by = acting(responder)
    save_console_settings(by=by, keys={"take_next": "F7"}, columns=3)
    save_console_settings(by=by, sound=False)
    save_console_settings(by=by, keys={"presence-break": "Shift+F10"})
    row = ConsoleSettings.objects.get(user=responder)
    assert (row.keys, row.columns, row.sound, row.keys_on) == ({"take_next": "F7", "presence-break": "Shift+F10"}, 3, False, True)
    save_console_settings(by=by, keys={"take_next": "F2"})  # the default is no change
    row.refresh_from_db()
    assert row.keys == {"presence-break": "Shift+F10"}
    reset_console_keys(by=by)
    row.refresh_from_db()
    assert (row.keys, row.columns) == ({}, 3)


def test_one_key_has_one_command(responder: User) -> None:
    with pytest.raises(ValidationError) as refused:
        save_console_settings(by=acting(responder), keys={"take_next": "F9"})
    assert refused.value.code == "key_taken"
    assert "Ota seuraava" in refused.value.messages[0]
    save_console_settings(by=acting(responder), keys={"take_next": "F9", "end": "F2"})  # two may change places
    assert bindings(ConsoleSettings.objects.get().keys)["end"] == "F2"


@pytest.mark.parametrize("key", ["a", "?", "Ctrl+Alt+E", "F5", "F11", "Ctrl+F4", "Alt+F2"])
def test_unsafe_keys_are_refused(key: str, responder: User) -> None:
    with pytest.raises(ValidationError) as refused:
        save_console_settings(by=acting(responder), keys={"note": key})
    assert refused.value.code == "key_unknown"
    assert not ConsoleSettings.objects.filter(keys__has_key="note").exists()


@pytest.mark.parametrize("columns", [0, 5, -1])
def test_one_to_four_columns(columns: int, responder: User) -> None:
    with pytest.raises(ValidationError):
        save_console_settings(by=acting(responder), columns=columns)


def test_an_unknown_command_is_refused(responder: User) -> None:
    with pytest.raises(ValidationError):
        save_console_settings(by=acting(responder), keys={"dance": "F7"})


def test_only_staff_have_settings(resident: Resident) -> None:
    for by in (resident, System()):
        with pytest.raises(PermissionDenied):
            save_console_settings(by=by, sound=False)
        with pytest.raises(PermissionDenied):
            reset_console_keys(by=by)


def test_settings_are_each_persons_own(responder: User, colleague: User, queue: Queue, signed_in: SignedIn) -> None:
    told = signed_in(responder).post(PATH, {"columns": "2", "key-take_next": "F7"}, headers=JSON).json()
    assert (told["columns"], told["keys"]["take_next"], told["sound"]) == (2, "F7", True)
    page = signed_in(colleague).get("/fi/vastaaja/").content.decode()
    assert '"take_next": "F2"' in page
    assert '"take_next": "F7"' in signed_in(responder).get("/fi/vastaaja/").content.decode()


def test_a_plain_form_saves_all_and_tells_what_is_wrong(responder: User, queue: Queue, signed_in: SignedIn) -> None:
    client = signed_in(responder)
    form = {"whole": "1", "columns": "4", **{f"key-{command}": key for command, key in bindings({}).items()}}
    assert client.post(PATH, form).status_code == 302
    row = ConsoleSettings.objects.get(user=responder)
    assert (row.keys_on, row.sound, row.columns) == (False, False, 4)  # boxes that are not ticked are not sent
    answer = client.post(PATH, {**form, "key-note": "F9"})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "Näppäimellä F9 on kaksi tehtävää" in page
    assert "<option selected>F9</option>" in page
    assert client.post(PATH, {**form, "columns": "9"}).status_code == 400
    assert client.post(PATH, {"reset": "1"}).status_code == 302
    row.refresh_from_db()
    assert (row.keys, row.keys_on) == ({}, True)


@pytest.mark.parametrize("name", ["outsider", "main_user", "reader", "former"])
@pytest.mark.parametrize("act", ["asetukset", "omat-luvut"])
def test_pages_of_the_console_are_for_its_people(
    name: str, act: str, queue: Queue, request: pytest.FixtureRequest, signed_in: SignedIn
) -> None:
    assert signed_in(request.getfixturevalue(name)).get(f"/fi/vastaaja/{act}/").status_code == 403
