"""The adoption model's template in a real browser: axe wide and narrow, light and dark, and an edit that is published."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

from accounts.models import User
from adoption.models import ModelItem, ModelVersion
from adoption.operations import new_draft
from tests.adoption.conftest import model_version  # noqa: F401 - the fixture
from tests.browser.test_directory_admin import picture
from tests.browser.test_sign_in import faults_of, listen
from tests.conftest import SIGN_IN_BACKEND, acting
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def draft(model_version: ModelVersion, main_user: User) -> ModelVersion:  # noqa: F811
    return new_draft(by=acting(main_user), version=model_version)


@pytest.fixture
def visit(chromium: Browser, draft: ModelVersion, main_user: User, make_portal: Callable[..., Serve]):
    """The main user's page, signed in, and the address of the admin."""
    site = make_portal().url
    client = Client()
    client.force_login(main_user, backend=SIGN_IN_BACKEND)
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "staff_session", "value": client.cookies["staff_session"].value, "url": site}])
    yield context.new_page(), f"{site}/fi/hallinta/adoption/"
    context.close()


def test_the_pages_are_clean_in_axe(visit, draft: ModelVersion, model_version: ModelVersion) -> None:  # noqa: F811
    item = ModelItem.objects.get(phase__model_version=draft, code="4.1")
    pages = {
        "versions": "modelversion/",
        "draft": f"modelversion/{draft.pk}/change/",
        "published": f"modelversion/{model_version.pk}/change/",
        "preview": f"modelversion/{draft.pk}/preview/",
        "publish": f"modelversion/{draft.pk}/step/publish/",
        "import": "modelversion/import-model/",
        "items": "modelitem/",
        "item": f"modelitem/{item.pk}/change/",
        "phase": f"modelphase/{item.phase_id}/change/",
        "gate": f"modelgate/{draft.gates.first().pk}/change/",
    }
    faults, errors = [], []
    page, admin = visit
    heard = listen(page)
    for name, path in pages.items():
        page.emulate_media(color_scheme="light")
        page.goto(admin + path)
        errors += heard
        picture(page, f"template-{name}")
        page.set_viewport_size({"width": 360, "height": 740})
        page.emulate_media(color_scheme="dark")
        picture(page, f"template-{name}-narrow-dark")
        faults += faults_of(page, name)
        heard.clear()
    assert faults == []
    assert errors == []


def test_a_draft_is_edited_and_published(visit, draft: ModelVersion) -> None:
    page, admin = visit
    heard = listen(page)
    page.goto(f"{admin}modelversion/{draft.pk}/change/")
    page.get_by_role("link", name="2.1 Palvelualueen tarpeet").click()
    page.locator("#id_help_fi").fill("Kirjoita asukkaan sanoin.")
    page.locator("input[name=_save]").click()
    page.goto(f"{admin}modelversion/{draft.pk}/preview/")
    page.locator("summary", has_text="2.1").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Kirjoita asukkaan sanoin.")).to_be_visible()
    page.goto(f"{admin}modelversion/{draft.pk}/change/")
    page.get_by_role("link", name="Julkaise").click()
    page.locator("input[type=submit][name=go]").click()
    expect(page.locator(".messagelist")).to_contain_text("Julkaistu")
    expect(page.locator("#life")).to_contain_text("Julkaistu")
    expect(page.locator("input[name=_save]")).to_have_count(0)
    assert heard == []
    draft.refresh_from_db()
    assert draft.published_at is not None


def test_items_are_put_in_another_order_by_keyboard(visit, draft: ModelVersion) -> None:
    page, admin = visit
    heard = listen(page)
    item = ModelItem.objects.get(phase__model_version=draft, code="2.1")
    page.goto(f"{admin}modelphase/{item.phase_id}/change/")
    number = page.locator("input[name=items-0-order]")
    expect(number).to_have_value("10")
    number.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("35")
    page.locator("input[name=_save]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist")).to_be_visible()
    page.goto(f"{admin}modelversion/{draft.pk}/preview/")
    of_phase = [text[:3] for text in page.locator("summary").all_inner_texts() if text.startswith("2.")]
    assert of_phase[:3] == ["2.2", "2.3", "2.1"]
    picture(page, "template-order-preview")
    assert heard == []
    rows = ModelItem.objects.filter(phase=item.phase, is_optional=False).order_by("order").values_list("code", flat=True)
    assert list(rows) == ["2.2", "2.3", "2.1", "2.4", "2.5", "2.6", "2.7"]
