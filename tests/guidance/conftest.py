"""Help for the tests of guidance paths."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from accounts.models import User
from guidance.models import PathVersion
from services.models import County, Queue
from tests.conftest import acting
from tests.guidance.making import publish_path

Publish = Callable[..., PathVersion]


@pytest.fixture
def publish(county: County, queue: Queue, path_author: User, main_user: User) -> Publish:
    """Publishes a path of a raw document, approved by somebody else than its author."""
    return partial(publish_path, county, acting(path_author), acting(main_user))


@pytest.fixture
def version(publish: Publish) -> PathVersion:
    """The small path, published."""
    return publish()
