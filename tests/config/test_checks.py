"""Unsafe combinations of settings are refused, each by its own message, and by every command."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as real_settings
from django.core.checks import CheckMessage

from config.checks import check_settings
from tests.conftest import real_password_hashers

ROOT = Path(real_settings.BASE_DIR)
SECRET = "Zk3-vQ8rT1xYb6nLw0pGs9dHf2jMc7aEuK4iOo5t_RzXqWyVhBgN"
SAFE_PRODUCTION: dict[str, object] = {
    "PRODUCTION": True,
    "DEBUG": False,
    "DEMO": False,
    "SECRET_KEY": SECRET,
    "SECRET_KEY_FALLBACKS": [],
    "ALLOWED_HOSTS": ["chat.alue.test"],
    "CSRF_TRUSTED_ORIGINS": ["https://chat.alue.test"],
    "USES_POSTGRES": True,
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "WEB_PROCESSES": 4,
    "SINGLE_PROCESS": False,
    "BEHIND_PROXY": True,
    "SECURE_SSL_REDIRECT": True,
    "DEFAULT_FROM_EMAIL": "chat@alue.test",
    "IDENTITY_PROVIDER": "oidc",
    "IDENTITY_OIDC_ISSUER": "https://tunnistus.test",
    "IDENTITY_OIDC_CLIENT_ID": "portal",
    "IDENTITY_OIDC_ALLOWED_ACR": ["loa2"],
    "IDENTITY_HASH_KEY": SECRET[::-1],
    "CACHES": {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"}},
}
LOCMEM = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def found(settings, **changes: object) -> list[CheckMessage]:
    for name, value in {**SAFE_PRODUCTION, **changes}.items():
        setattr(settings, name, value)
    return check_settings(None)


def test_a_safe_installation_is_let_through(settings) -> None:
    assert found(settings) == []


def test_the_embedded_default_is_let_through() -> None:
    assert check_settings(None) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"DEBUG": True}, "portal.E001"),
        ({"IDENTITY_PROVIDER": "saml"}, "portal.E020"),
        ({"IDENTITY_PROVIDER": "development"}, "portal.E021"),
        ({"IDENTITY_PROVIDER": "development", "PRODUCTION": False}, "portal.E021"),
        ({"IDENTITY_OIDC_ISSUER": ""}, "portal.E022"),
        ({"IDENTITY_OIDC_CLIENT_ID": ""}, "portal.E022"),
        ({"IDENTITY_OIDC_ISSUER": "http://tunnistus.test"}, "portal.E023"),
        ({"IDENTITY_OIDC_ALLOWED_ACR": []}, "portal.E024"),
        ({"IDENTITY_HASH_KEY": ""}, "portal.E025"),
        ({"IDENTITY_HASH_KEY": "a" * 80}, "portal.E025"),
        ({"IDENTITY_HASH_KEY": SECRET}, "portal.E025"),
        ({"SECRET_KEY": "short"}, "portal.E002"),
        ({"SECRET_KEY": "a" * 80}, "portal.E002"),
        ({"SECRET_KEY": "django-insecure-" + SECRET}, "portal.E002"),
        ({"SECRET_KEY_FALLBACKS": ["old"]}, "portal.E002"),
        ({"ALLOWED_HOSTS": []}, "portal.E003"),
        ({"ALLOWED_HOSTS": ["chat.alue.test", "*"]}, "portal.E003"),
        ({"DEMO": True}, "portal.E004"),
        ({"USES_POSTGRES": False, "WEB_PROCESSES": 1}, "portal.E005"),
        ({"USES_POSTGRES": False, "PRODUCTION": False}, "portal.E006"),
        ({"REDIS_URL": ""}, "portal.E007"),
        ({"BEHIND_PROXY": False}, "portal.E008"),
        ({"CSRF_TRUSTED_ORIGINS": ["http://chat.alue.test"]}, "portal.E009"),
        ({"SINGLE_PROCESS": True}, "portal.E010"),
        ({"CACHES": LOCMEM}, "portal.E011"),
        ({"DEFAULT_FROM_EMAIL": "neuvoluukku@localhost"}, "portal.W001"),
    ],
)
def test_each_unsafe_combination_is_refused(settings, changes: dict[str, object], expected: str) -> None:
    messages = found(settings, **changes)
    assert [message.id for message in messages] == [expected]
    assert messages[0].hint


def test_one_process_on_sqlite_may_be_chosen(settings) -> None:
    assert found(settings, USES_POSTGRES=False, SINGLE_PROCESS=True, WEB_PROCESSES=1, REDIS_URL="", CACHES=LOCMEM) == []


def run_check(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "DATABASE_URL": "", "REDIS_URL": "", **variables}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)


PRODUCTION = {
    "PRODUCTION": "1",
    "SECRET_KEY": SECRET,
    "ALLOWED_HOSTS": "chat.alue.test",
    "DATABASE_URL": "postgres://portal@127.0.0.1:5432/portal",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "WEB_PROCESSES": "2",
    "BEHIND_PROXY": "1",
    "DEFAULT_FROM_EMAIL": "chat@alue.test",
}


def test_djangos_own_check_for_deployment_finds_nothing(tmp_path: Path) -> None:
    done = run_check(tmp_path, **PRODUCTION)
    assert done.returncode == 0, done.stderr


def test_a_command_does_not_start_on_an_unsafe_setting(tmp_path: Path) -> None:
    done = run_check(tmp_path, **{**PRODUCTION, "ALLOWED_HOSTS": "*"})
    assert done.returncode != 0
    assert "portal.E003" in done.stderr


def test_production_without_a_secret_does_not_start(tmp_path: Path) -> None:
    done = run_check(tmp_path, **{**PRODUCTION, "SECRET_KEY": ""})
    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr


def test_real_password_hashing_is_argon2() -> None:
    assert real_password_hashers[0].endswith("Argon2PasswordHasher")


def test_env_example_names_every_variable_and_no_other() -> None:
    code = "\n".join(path.read_text() for path in [ROOT / "config" / "settings.py"])
    read = set(re.findall(r'env\.(?:str|bool|int|float|list|db_url)\(\s*"([A-Z_]+)"', code))
    told = set(re.findall(r"^#?\s?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    assert read == told
