"""`python -m tests.screenshots`: the README's pictures, taken from the running demonstration with Chromium.

It serves a demonstration of its own in a temporary folder, walks the first conversation as both persons, and writes
`docs/images/*.png`. Each picture is at most 150 KB.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

import yaml
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 150 * 1024
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 780}
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip  # noqa: E501
PASSWORD = yaml.safe_load((ROOT / "config/demo/content/people.yaml").read_text())["password"]
FIRST = "Hei! Äiti on 82 ja asuu yksin. Ruuanlaitto ei enää suju. Mistä hän saisi apua?"
ANSWER = "Hei, olen Maija, asiakasohjaaja. Hyvä, että kysyt. Missä kunnassa äitisi asuu?"
SECOND = "Mallilassa. Minä asun toisella puolella Suomea."
ADVICE = "Äidillesi voi tulla ateriapalvelu kotiin jo tällä viikolla. Sopiiko, että asiakasohjaaja soittaa hänelle?"


@contextmanager
def demonstration(folder: Path) -> Iterator[str]:
    """A portal with the demonstration county, on a free port."""
    env = {**os.environ, "VAR_DIR": str(folder), "DATABASE_URL": "", "REDIS_URL": "", "PYTHONUNBUFFERED": "1"}
    manage = [sys.executable, "manage.py"]
    for step in (["prepare"], ["load_demo"]):
        subprocess.run([*manage, *step], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [*manage, "serve", "--no-jobs", "--port", str(port)], cwd=ROOT, env=env, stdout=subprocess.DEVNULL
    ) as serve:
        try:
            _wait_for(url, serve)
            yield url
        finally:
            serve.terminate()


def _wait_for(url: str, serve: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        if serve.poll() is not None:
            break
        try:
            with urlopen(f"{url}/healthz", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.25)
    raise SystemExit("The portal did not start.")


def keep(page: Page, name: str) -> None:
    """The picture of what is on the screen, in few colours so that it stays small."""
    page.wait_for_timeout(400)
    path = IMAGES / f"{name}.png"
    page.screenshot(path=str(path), animations="disabled")
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(128)
    small.save(path, optimize=True)
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"{path.name} takes {size // 1024} KB, more than {MOST_BYTES // 1024} KB.")
    print(f"  {path.relative_to(ROOT)}  {size // 1024} KB")


def walk(url: str) -> None:
    """The first conversation, by a resident on a phone and an answerer at a desk; and the coordinator's board."""
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        resident = browser.new_context(viewport=PHONE, locale="fi-FI", device_scale_factor=1.5).new_page()  # type: ignore[arg-type]
        answerer = browser.new_context(viewport=WIDE, locale="fi-FI").new_page()  # type: ignore[arg-type]
        for page in (resident, answerer):
            page.set_default_timeout(60_000)
        answerer.set_viewport_size({"width": 1280, "height": 1180})
        answerer.goto(f"{url}/fi/")
        keep(answerer, "front-page")
        answerer.set_viewport_size(WIDE)  # type: ignore[arg-type]
        answerer.goto(f"{url}/fi/palvelu/asiakasohjaus/")
        keep(answerer, "service-page")
        resident.goto(f"{url}/fi/palvelu/asiakasohjaus/chat/")
        resident.locator("select[name=topic]").select_option("mista_apua")
        resident.locator("input[name=contactor][value=relative]").check()
        resident.locator("select[name=municipality]").select_option("802")
        resident.locator("textarea[name=body]").fill(FIRST)
        _scroll_to(resident, "textarea[name=body]")
        keep(resident, "start-form")
        resident.locator(".nl-chat-submit button").click()
        resident.locator("[data-part=place]").wait_for()
        _scroll_to(resident, "[data-part=place]")
        keep(resident, "waiting-room")
        answerer.goto(f"{url}/fi/vastaaja/")
        _sign_in(answerer, "maija")
        visitors = subprocess.Popen([sys.executable, "manage.py", "play_residents", "--url", url, "--minutes", "2"], cwd=ROOT)
        answerer.locator("console-waiting [data-slot=rows] > li").nth(2).wait_for()
        keep(answerer, "console-waiting")
        answerer.locator("responder-console .nlc-next button").click()
        _say(answerer, "textarea.nlc-text", "button.nlc-send", ANSWER)
        resident.get_by_text(ANSWER).first.wait_for()
        _say(resident, "#kirjoita", ".nl-composer-send", SECOND)
        answerer.get_by_text(SECOND).first.wait_for()
        _say(answerer, "textarea.nlc-text", "button.nlc-send", ADVICE)
        resident.get_by_text(ADVICE).first.wait_for()
        keep(resident, "conversation")
        keep(answerer, "console-conversation")
        visitors.terminate()
        coordinator = browser.new_context(viewport=WIDE, locale="fi-FI").new_page()  # type: ignore[arg-type]
        coordinator.set_viewport_size({"width": 1280, "height": 2050})
        coordinator.goto(f"{url}/fi/kayttoonotto/taulu/")
        _sign_in(coordinator, "petri")
        coordinator.locator("h1", has_text="taulu").wait_for()
        keep(coordinator, "rollouts")
        manager = browser.new_context(viewport=WIDE, locale="fi-FI").new_page()  # type: ignore[arg-type]
        manager.set_viewport_size({"width": 1280, "height": 1300})
        last = date.today().replace(day=1) - timedelta(days=1)
        manager.goto(f"{url}/fi/raportit/?palvelu=kaikki&kuukausi={last:%Y-%m}")
        _sign_in(manager, "jaana")
        manager.locator("h1", has_text="Kaikki palvelut").wait_for()
        keep(manager, "report")
        resident.goto(f"{url}/fi/apuri/flunssa-aikuinen/")
        keep(resident, "guide")
        browser.close()


def _sign_in(page: Page, who: str) -> None:
    page.locator("input[name=login]").fill(f"{who}@esimerkki.invalid")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")


def _scroll_to(page: Page, place: str) -> None:
    page.locator(place).evaluate("element => element.scrollIntoView({block: 'center'})")


def _say(page: Page, box: str, button: str, words: str) -> None:
    page.locator(f"{box}:visible").fill(words)
    page.locator(f"{button}:visible").click()


def main() -> None:
    """Take all the pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="portal-pictures-") as folder:
        print("Preparing a demonstration of its own …")
        with demonstration(Path(folder)) as url:
            walk(url)


if __name__ == "__main__":
    main()
