"""A page of the portal as a PDF that a screen reader can read (PDF/UA)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.template.loader import render_to_string


class NoPaperError(Exception):
    """This machine lacks the library that lays out pages (Pango); the printable page is there all the same."""


def paper(template: str, context: dict[str, Any], *, style: Path) -> bytes:
    """The template as a PDF. It fetches nothing: what it shows is in it, and its style is one of the portal’s own files."""
    try:
        # Half a second and 40 MB, for those few who ask for a PDF; and it fails where Pango is not installed.
        import weasyprint
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise NoPaperError from error
    nothing = URLFetcher(allowed_protocols=("data",))
    page = weasyprint.HTML(string=render_to_string(template, context), url_fetcher=nothing)
    sheet = weasyprint.CSS(string=style.read_text(), url_fetcher=nothing)
    content: bytes = page.write_pdf(stylesheets=[sheet], pdf_variant="pdf/ua-1")
    return content
