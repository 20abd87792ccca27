"""What tests of adoption share."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.actors import System
from adoption.models import ModelVersion
from adoption.operations import load_shipped_models
from services.models import County


@pytest.fixture
def model_version(county: County) -> ModelVersion:
    """The shipped model of the county, published."""
    load_shipped_models(by=System("test"), now=timezone.now(), counties=[county.code])
    return ModelVersion.objects.select_related("model__county").get(model__county=county)
