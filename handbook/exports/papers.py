"""A page of the portal as a PDF that a screen reader can read (PDF/UA).

Laying out the whole handbook takes seconds of one processor, so it is done once for each content: the file is kept by the digest of
the very page that it shows (versions, language, services, numbers, pictures, day), and a process lays out one at a time.
"""

from __future__ import annotations

import gc
import os
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

KEPT = 40
NICE = 10
_layout = Lock()


class NoPaperError(Exception):
    """There is no PDF now: this machine lacks the library that lays out pages (Pango). The printable page is there all the same."""

    @property
    def words(self) -> str:
        """What the person is told."""
        return _("This server cannot make PDF files. Print the page instead, and choose to save it as a PDF.")


class BusyError(NoPaperError):
    """Another PDF is being laid out in this process: whoever asks comes again in a moment, and holds no thread meanwhile."""

    @property
    def words(self) -> str:
        """What the person is told."""
        return _("The PDF is being made. Try again in a moment, or print this page.")


def paper(template: str, context: dict[str, Any], *, style: Path, address: str = "") -> bytes:
    """The template as a PDF: the one that was kept of this very content, else laid out now.

    It fetches nothing: what it shows is in it, and its style is one of the portal’s own files. Its links to pages of the portal are
    whole where the page’s own `address` is given. Raises NoPaperError, BusyError.
    """
    page, sheet = render_to_string(template, context), style.read_text()
    digest = sha256("\0".join([sheet, page, address]).encode()).hexdigest()
    kept = _folder() / f"{digest}.pdf"
    if (content := _content(kept)) is not None:
        return content
    if not _layout.acquire(blocking=False):
        raise BusyError
    try:
        content = _content(kept) or _laid_out(page, sheet, address)
        _keep(kept, content)
    finally:
        _layout.release()
    return content


@contextmanager
def papers_at_once() -> Iterator[Callable[..., Future[bytes]]]:
    """What lays out many papers side by side, in a process for each processor, and none of them in this one.

    It takes what `paper` takes, and gives the content to come; asked for it, it raises NoPaperError. None is kept.
    """
    begun = ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"), initializer=_begin)

    def submit(template: str, context: dict[str, Any], *, style: Path, address: str = "") -> Future[bytes]:
        return begun.submit(_alone, render_to_string(template, context), style.read_text(), address)

    try:
        yield submit
    finally:
        begun.shutdown(cancel_futures=True)


def _begin() -> None:
    """Behind those who wait for a page."""
    from tinyhtml5 import inputstream

    os.nice(NICE)
    inputstream.characters_until_regex = _Patterns()
    with suppress(ImportError, OSError):  # each paper tells that by itself
        import weasyprint  # noqa: F401
    gc.collect()
    gc.freeze()  # what is there for good is not looked at after each paper


class _Patterns(dict[tuple[Any, bool], re.Pattern[str]]):
    """tinyhtml5 2.1 keeps the patterns of its parser by a wrong key, and makes each anew: two thirds of the parser’s time."""

    def __missing__(self, key: tuple[Any, bool]) -> re.Pattern[str]:
        characters, opposite = key
        inside = "".join(f"\\x{ord(character):02x}" for character in characters)
        self[key] = re.compile(f"[{'' if opposite else '^'}{inside}]+")
        return self[key]


def _alone(page: str, sheet: str, address: str) -> bytes:
    """What a layout makes it keeps to its end: looking meanwhile for what is not used any more takes a fifth of its time."""
    gc.disable()
    try:
        return _laid_out(page, sheet, address)
    finally:
        gc.enable()
        gc.collect()


def _laid_out(page: str, sheet: str, address: str) -> bytes:
    try:
        # Half a second and 40 MB, for those few who ask for a PDF; and it fails where Pango is not installed.
        import weasyprint
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise NoPaperError from error
    nothing = URLFetcher(allowed_protocols=("data",))
    style = weasyprint.CSS(string=sheet, url_fetcher=nothing)
    html = weasyprint.HTML(string=page, url_fetcher=nothing, base_url=address or None)
    content: bytes = html.write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1")
    return content


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "papers"


def _content(kept: Path) -> bytes | None:
    """What was kept. A reading makes the file the newest, so that those that are asked for stay."""
    try:
        content = kept.read_bytes()
        os.utime(kept)
    except OSError:
        return None
    return content


def _keep(kept: Path, content: bytes) -> None:
    """Whole or not at all; the oldest go. A folder that cannot be written only costs the next one its time."""
    try:
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=kept.parent, suffix=".new", delete=False) as new:
            new.write(content)
        Path(new.name).replace(kept)
        found = sorted(kept.parent.glob("*.pdf"), key=lambda row: row.stat().st_mtime, reverse=True)
        stale = [row for row in kept.parent.glob("*.new") if row.stat().st_mtime < time.time() - 3600]
        for row in [*found[KEPT:], *stale]:
            row.unlink(missing_ok=True)
    except OSError:
        return
