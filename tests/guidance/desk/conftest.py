"""Help for the tests of the author's desk."""

from __future__ import annotations

import pytest

from accounts.models import User
from guidance.document import read_path
from guidance.models import PathVersion
from guidance.operations import create_path
from services.models import County, Queue
from tests.conftest import acting
from tests.guidance.making import make_link, small

ROOT = "/fi/ohjauspolut/"
HERE = f"{ROOT}polku/kuume/"


@pytest.fixture
def draft(county: County, queue: Queue, path_author: User) -> PathVersion:
    """The small path as its author has just written it."""
    make_link(county)
    return create_path(by=acting(path_author), county=county, document=read_path(small()))
