"""Addresses in messages become links that can do no harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.links import parts
from chat.templatetags.chat_words import with_links


@pytest.mark.parametrize(
    ("words", "hrefs"),
    [
        ("Katso https://alue.test/ohje.", ["https://alue.test/ohje"]),
        ("(https://alue.test/a_(b))", ["https://alue.test/a_(b)"]),
        ("http://a.test, tel:+358401234567; mailto:a@b.test!", ["http://a.test", "tel:+358401234567", "mailto:a@b.test"]),
        ("HTTPS://ALUE.TEST/X", ["HTTPS://ALUE.TEST/X"]),
        ("javascript:alert(1) data:text/html,x vbscript:x file:///etc", []),
        ("https://user:word@alue.test/ https:// http://[::1 tel: mailto:", []),
        ('https://alue.test/"onclick=x', ["https://alue.test/"]),
        ("ei linkkiä", []),
        ("Soita heti 112. Tai 116 117, ympäri vuorokauden.", ["tel:112", "tel:116117"]),
        ("puh. 0800 147 111, 09 2525 0111 tai +358 44 123 4567!", ["tel:0800147111", "tel:0925250111", "tel:+358441234567"]),
        ("tel:112 https://alue.test/0441234567", ["tel:112", "https://alue.test/0441234567"]),
        ("1120 2112 112-3 112,5 24.11.2026 klo 10.30 010152-123N 00100 Helsinki 75 vuotta 2026-11-24", []),
    ],
)
def test_only_safe_addresses_are_links(words: str, hrefs: list[str]) -> None:
    assert [part.href for part in parts(words) if part.href] == hrefs


@given(st.text() | st.from_regex(r"(https?://|tel:|mailto:)[\w.()\[\]<>\"'@:/-]{0,30}"))
def test_no_word_is_lost_and_nothing_becomes_html(words: str) -> None:
    assert "".join(part.text for part in parts(words)) == words
    shown = str(with_links(words))
    assert shown.count("<") == 2 * sum(bool(part.href) for part in parts(words))


def test_html_is_shown_as_it_was_written() -> None:
    shown = with_links('<img src=x onerror=alert(1)> https://alue.test/?a=1&b="2"')
    assert str(shown).startswith("&lt;img src=x onerror=alert(1)&gt; ")
    assert 'href="https://alue.test/?a=1&amp;b="' in shown
    assert 'rel="noopener noreferrer"' in shown
