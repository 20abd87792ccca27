from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from accounts.models import User

PASSWORD = "aurinko paistaa taas"


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    """Rate limits count in the cache: each test begins with none used."""
    cache.clear()
    yield
    cache.clear()


def give_password(user: User, password: str = PASSWORD) -> User:
    user.set_password(password)
    user.save()
    return user
