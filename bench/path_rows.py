"""Rows of guidance paths, and what a step of one asks of the database: `python -m bench.path_rows COUNT` prints JSON."""

from __future__ import annotations

import json
import os
import random
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.paths import made  # noqa: E402
from bench.rows import place  # noqa: E402
from guidance.choices import PathState  # noqa: E402
from guidance.document import to_json  # noqa: E402
from guidance.models import Path, PathVersion  # noqa: E402


def main() -> None:
    """Publish the paths, and count what the page of a question asks."""
    queue, _users = place()
    county, now = queue.service.county, timezone.now()
    documents = [path for path, _subject, _aspect in made(int(sys.argv[1]), random.Random(700))]
    paths = Path.objects.bulk_create(Path(county=county, slug=each.slug, order=n) for n, each in enumerate(documents))
    PathVersion.objects.bulk_create(
        PathVersion(
            path=path,
            number=1,
            state=PathState.PUBLISHED,
            text=to_json(each),
            title={"fi": each.title.fi},
            published_at=now,
        )
        for path, each in zip(paths, documents, strict=True)
    )
    settings.ALLOWED_HOSTS = ["*"]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    client = Client(headers={"host": "127.0.0.1", "user-agent": "Mozilla/5.0"})
    step = f"/fi/apuri/{documents[0].slug}/"
    client.get(step)  # what surrounds the page is remembered
    with CaptureQueriesContext(connection) as queries:
        status = client.get(step).status_code
    if status != 200:
        raise RuntimeError(f"{step} answered {status}")
    print(json.dumps({"step": step, "queries": len(queries)}))


if __name__ == "__main__":
    main()
