"""The guide's front page: narrowed by for whom the paths are, and the symptom checks to which they lead; no cookie, no script."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from guidance.choices import ForWhom
from guidance.operations import starter_paths
from services import hosts
from services.choices import Audience
from services.models import County, Link
from tests.guidance.conftest import Publish
from tests.guidance.making import in_all, small

pytestmark = pytest.mark.django_db
LIST, CHECKS = "/fi/apuri/", "/fi/apuri/omaolo/"
SLUGS = ("lapsen-asia", "vanhan-asia", "kaikkien-asia")


def words(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    assert not response.cookies, "no cookie is set"
    page: str = response.content.decode()
    return page


class TestForWhom:
    @pytest.fixture(autouse=True)
    def _paths(self, publish: Publish) -> None:
        for slug, audience in zip(SLUGS, (["lapset"], ["ikaantyneet", "oma-sana"], []), strict=True):
            publish(small(slug=slug, title=in_all(slug), audience=audience))

    def shown(self, client: Client, query: str = "") -> set[str]:
        page = words(client, f"{LIST}{query}")
        return {slug for slug in SLUGS if f'href="{LIST}{slug}/"' in page}

    def test_all_are_there_until_one_chooses(self, client: Client) -> None:
        assert self.shown(client) == set(SLUGS)

    def test_those_for_everybody_stay(self, client: Client) -> None:
        assert self.shown(client, "?kenelle=lapset") == {"lapsen-asia", "kaikkien-asia"}
        assert self.shown(client, "?kenelle=ikaantyneet") == {"vanhan-asia", "kaikkien-asia"}

    @pytest.mark.parametrize("query", ["?kenelle=nuoret", "?kenelle=oma-sana", "?kenelle=%3Cb%3E"])
    def test_what_is_no_choice_narrows_nothing(self, client: Client, query: str) -> None:
        assert self.shown(client, query) == set(SLUGS)

    def test_only_what_some_path_has_is_offered_in_words(self, client: Client) -> None:
        page = words(client, f"{LIST}?kenelle=lapset")
        assert '<a href="?kenelle=lapset" aria-current="page">Lapset ja perheet</a>' in page
        assert "Ikääntyneet" in page
        assert "kenelle=nuoret" not in page
        assert "oma-sana" not in page
        assert "Äldre" in words(client, "/sv/apuri/")


class TestSymptomChecks:
    @pytest.fixture
    def link(self, county: County) -> Link:
        County.objects.filter(pk=county.pk).update(allowed_domains=[*county.allowed_domains, "omaolo.fi"])
        hosts.forget()
        names = {"name_fi": "Omaolo: kuume", "name_sv": "Omaolo: feber", "name_en": "Omaolo: fever"}
        return Link.objects.create(county=county, key="omaolo_kuume", url_fi="https://www.omaolo.fi/kuume", **names)

    def path(self, **changes: Any) -> dict[str, Any]:
        raw = small(**changes)
        raw["nodes"]["o_self"]["also"] = [{"kind": "service_link", "link": "omaolo_kuume"}]
        return raw

    def test_each_stands_with_the_paths_that_lead_to_it(self, client: Client, link: Link, publish: Publish) -> None:
        publish(self.path())
        assert f'href="{CHECKS}"' in words(client, LIST)
        page = words(client, CHECKS)
        assert 'href="https://www.omaolo.fi/kuume" rel="external"' in page
        assert f'<a href="{LIST}kuume/">Kuume</a>' in page
        assert "Omaolo: feber" in words(client, "/sv/apuri/omaolo/")

    def test_another_publishing_is_seen_at_once(self, client: Client, link: Link, publish: Publish) -> None:
        publish(self.path())
        assert f"{LIST}kuume/" in words(client, CHECKS)
        publish(small())
        assert f"{LIST}kuume/" not in words(client, CHECKS)
        assert "Omaolo: kuume" in words(client, CHECKS), "a link of the library stands there without a path too"

    @pytest.mark.parametrize(
        "change", [{"fails": 3}, {"audience": Audience.INTERNAL}, {"url_fi": "https://omaolo.fi.paha.example/"}]
    )
    def test_what_residents_may_not_have_or_does_not_work_is_left_out(
        self, client: Client, link: Link, publish: Publish, change: dict[str, object]
    ) -> None:
        publish(self.path())
        Link.objects.filter(pk=link.pk).update(**change)
        assert client.get(CHECKS).status_code == 404
        assert CHECKS not in words(client, LIST)


def test_every_tag_of_the_starter_paths_is_one_that_residents_choose_by() -> None:
    tags = {tag for document in starter_paths() for tag in document.audience}
    assert tags == set(ForWhom.values)
