"""Letters as they really come: whole, quoted, automatic and broken in every way. What can be kept of them is kept."""

from __future__ import annotations

import base64
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.choices import LetterKind
from chat.letters import Letter, address_in, read_letter
from chat.quotes import language_in, plain_of, without_quotes

MARK = "NV-0123456789ABCDEFGHJKMNPQ"
HEAD = b"From: Aino <aino@example.fi>\r\nMessage-ID: <a1@example.fi>\r\n"
TEXT = b"Content-Type: text/plain; charset=utf-8\r\n"


def read(content: bytes, *, size: int | None = None) -> Letter:
    return read_letter(content, size=len(content) if size is None else size)


def test_a_plain_letter() -> None:
    letter = read(HEAD + b"Subject: =?utf-8?q?Kysymys_=C3=A4idist=C3=A4?=\r\n" + TEXT + "\r\nHei, kuka auttaa äitiä?\r\n".encode())
    assert (letter.sender, letter.subject, letter.text) == ("aino@example.fi", "Kysymys äidistä", "Hei, kuka auttaa äitiä?")
    assert (letter.kind, letter.files, letter.quoted, letter.is_partial) == (LetterKind.PERSON, (), "", False)


def test_plain_goes_before_html_and_attachments_are_named_only() -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "aino@example.fi", "Liite"
    message.set_content("Teksti")
    message.add_alternative("<p>Muotoiltu</p>", subtype="html")
    message.add_attachment(b"\x89PNG" * 50, maintype="image", subtype="png", filename="kuvä.png")
    inner = EmailMessage()
    inner.set_content("sisempi")
    message.add_attachment(inner)
    letter = read(message.as_bytes())
    assert letter.text == "Teksti"
    assert letter.files == ("kuvä.png", "message/rfc822")
    assert "sisempi" not in letter.text


def test_html_alone_is_made_plain() -> None:
    html = "<style>p{}</style><p>Hei&nbsp;<b>te</b>,</p><ul><li>yksi<li>kaksi</ul><script>alert(1)</script><p>&lt;loppu&gt;"
    letter = read(HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode())
    assert letter.text.split() == ["Hei", "te,", "–", "yksi", "–", "kaksi", "<loppu>"]


QUOTES = [
    "Uusi\n\n> vanha\n> toinen",
    "Uusi\n\nTo 3.12.2026 klo 12.00 Alue (chat@alue.fi) kirjoitti:\n\n> vanha\n>\n> toinen",
    "Uusi\n\nOn Thu, Dec 3, 2026 at 12:00 PM Somebody With A Long Name\n<somebody@example.com> wrote:\n> vanha",
    "Uusi\n\nDen tors 3 dec. 2026 kl 12:00 skrev Alue <chat@alue.fi>:\n\n> vanha",
    "Uusi\n\n-----Alkuperäinen viesti-----\nLähettäjä: x\nvanha",
    "Uusi\n\n________________________________\nFrom: Alue\nSent: Thursday\nTo: Aino\nSubject: x\n\nvanha",
    "Uusi\n\nFrån: Alue\nSkickat: torsdag\nTill: Aino\n\nvanha",
]


@pytest.mark.parametrize("text", QUOTES)
def test_what_is_quoted_is_cut_and_not_lost(text: str) -> None:
    new, quoted = without_quotes(text)
    assert new == "Uusi"
    assert "vanha" in quoted


@pytest.mark.parametrize("text", ["> kysymys\nvastaus siihen\n> toinen\nja siihen", "> vain lainausta", "Soitan > huomenna", ""])
def test_answers_between_quoted_lines_stay(text: str) -> None:
    assert without_quotes(text) == (text.strip(), "")


def test_quoted_html_is_cut_too() -> None:
    html = "<div>Uusi</div><div>Alue kirjoitti:<br></div><blockquote><div>vanha</div><div>toinen</div></blockquote>"
    new, quoted = without_quotes(plain_of(html))
    assert new == "Uusi"
    assert [line for line in quoted.split("\n") if line.strip(" >")] == ["Alue kirjoitti:", "> vanha", "> toinen"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hei, voisiko joku auttaa minun äitiä", "fi"),
        ("Hej, jag har en fråga om min mor", "sv"),
        ("Hello, can you help my mother", "en"),
        ("123", "fi"),
    ],
)
def test_the_language_is_told_by_its_small_words(text: str, language: str) -> None:
    assert language_in(text, offered=["fi", "sv", "en"], otherwise="fi") == language


def test_a_language_that_the_queue_has_not_is_not_chosen() -> None:
    assert language_in("Hello, can you help my mother", offered=["fi", "sv"], otherwise="fi") == "fi"


class TestKinds:
    @pytest.mark.parametrize(
        "header",
        [
            "Auto-Submitted: auto-replied",
            "Auto-Submitted: auto-generated (vacation)",
            "Precedence: bulk",
            "Precedence: list",
            "Precedence: junk",
            "List-Id: <uutiset.example.fi>",
            "List-Unsubscribe: <mailto:x@example.fi>",
            "X-Autoreply: yes",
            "Return-Path: <>",
            'Content-Type: multipart/report; report-type=disposition-notification; boundary="x"',
        ],
    )
    def test_automatic_ones_are_known(self, header: str) -> None:
        assert read(HEAD + f"{header}\r\n\r\nPoissa".encode()).kind == LetterKind.AUTOMATIC

    @pytest.mark.parametrize("sender", ["noreply@example.fi", "no-reply@example.fi", "postmaster@example.fi"])
    def test_so_are_senders_that_nobody_reads(self, sender: str) -> None:
        assert read(f"From: {sender}\r\n\r\nx".encode()).kind == LetterKind.AUTOMATIC

    def test_auto_submitted_no_is_a_person(self) -> None:
        assert read(HEAD + b"Auto-Submitted: no\r\n\r\nHei").kind == LetterKind.PERSON

    @pytest.mark.parametrize(("action", "kind"), [("failed", LetterKind.BOUNCE), ("delayed", LetterKind.AUTOMATIC)])
    def test_a_report_of_delivery(self, action: str, kind: LetterKind) -> None:
        assert read(report(action)).kind == kind

    def test_a_bounce_names_the_thread_whose_notice_it_brings_back(self) -> None:
        assert read(report("failed")).returned == (MARK.removeprefix("NV-"),)

    def test_an_old_servers_bounce_without_a_report(self) -> None:
        letter = read(f"From: MAILER-DAEMON@example.fi\r\nReturn-Path: <>\r\n\r\nUndelivered.\r\nSubject: [{MARK}]".encode())
        assert (letter.kind, letter.returned) == (LetterKind.BOUNCE, (MARK.removeprefix("NV-"),))


def report(action: str) -> bytes:
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.fi\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nAction: {action}\r\nStatus: 5.1.1\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{MARK}.1@alue.fi>\r\nSubject: Vastaus [{MARK}]\r\n--b--\r\n"
    ).encode()


BROKEN = {
    "nothing at all": b"",
    "no headers": b"Hei vain",
    "no body": HEAD,
    "unknown charset": HEAD + b"Content-Type: text/plain; charset=x-klingon\r\n\r\nHei vain",
    "a charset that is none": HEAD + b"Content-Type: text/plain; charset=base64\r\n\r\nHei vain",
    "charset with quotes left open": HEAD + b'Content-Type: text/plain; charset="utf-8\r\n\r\nHei vain',
    "wrong charset": HEAD + b"Content-Type: text/plain; charset=us-ascii\r\n\r\nHei vain \xc3\xa4iti",
    "latin-1 undeclared": HEAD + b"\r\nHei vain \xe4iti",
    "utf-7": HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\nHei vain +AOQ-",
    "broken base64": HEAD + TEXT + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(b"Hei vain") + b"=*x",
    "base64 that is cut": HEAD + TEXT + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(b"Hei vain, moi")[:-3],
    "broken quoted-printable": HEAD + TEXT + b"Content-Transfer-Encoding: quoted-printable\r\n\r\nHei vain =ZZ =\r\n=",
    "unknown transfer encoding": HEAD + TEXT + b"Content-Transfer-Encoding: x-secret\r\n\r\nHei vain",
    "multipart without a boundary": HEAD + b"Content-Type: multipart/mixed\r\n\r\nHei vain",
    "boundary never closed": HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n' + TEXT + b"\r\nHei vain",
    "boundary never met": HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\nHei vain',
    "bad encoded words": HEAD + b"Subject: =?utf-8?b?w?= =?x?q?=ff?= =?utf-8?q?=FF?=\r\n\r\nHei vain",
    "raw bytes in headers": b"From: \xc4iti <aino@example.fi>\r\nSubject: \xe4\xff\r\n\r\nHei vain",
    "bad message id": b"From: aino@example.fi\r\nMessage-ID: <<>>\r\nReferences: <a <b> c\r\n\r\nHei vain",
    "bad content type": HEAD + b"Content-Type: ;;;/\r\n\r\nHei vain",
    "bad file name": HEAD + b"Content-Disposition: inline; filename*=klingon'x'Hei%ff%\r\n\r\nHei vain",
    "control characters": HEAD + b"\r\nHei \x00\x07\x1b[31mvain",
    "reordering characters": HEAD + TEXT + "\r\nHei \u202evain".encode(),
    "line ends of old machines": HEAD.replace(b"\r\n", b"\r") + b"\rHei vain",
    "nested five hundred deep": HEAD
    + b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(500))
    + TEXT
    + b"\r\nHei vain",
    "ten thousand parts": HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 10_000,
    "endless header": HEAD + b"Subject: " + b"a" * 200_000 + b"\r\n\r\nHei vain",
    "html that is none": HEAD + b"Content-Type: text/html\r\n\r\nHei vain <b <i <!-- <![CDATA[ &#xFFFFFFFF; &#0;",
    "lone surrogates": HEAD + TEXT + b"\r\nHei vain \xed\xa0\x80",
    "two senders": b"From: aino@example.fi, otto@example.fi\r\nFrom: x@example.fi\r\n\r\nHei vain",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_letters_break_nothing(name: str) -> None:
    letter = read(BROKEN[name])
    for text in (letter.subject, letter.text, letter.quoted, *letter.files):
        text.encode()
        assert "\0" not in text
    kept = f"{letter.text} {letter.quoted} {letter.files}"
    if name not in {"nothing at all", "no body", "ten thousand parts", "nested five hundred deep", "line ends of old machines"}:
        assert "Hei" in kept or "SGVp" in kept or name in {"no headers"}
    assert letter.kind == LetterKind.PERSON


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", HEAD, HEAD + TEXT, HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"]),
)
def test_any_bytes_at_all_are_read(content: bytes, head: bytes) -> None:
    letter = read(head + content)
    letter.text.encode()
    assert "\0" not in letter.text + letter.subject


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("Aino <AINO@Example.fi>", "aino@example.fi"),
        ("aino@example.fi", "aino@example.fi"),
        ("Aino", ""),
        ("<>", ""),
        ("aino@example.fi\r\nBcc: x@example.fi", ""),
        (f"{'a' * 60}@{'b' * 61}.{'c' * 50}.fi", ""),
    ],
)
def test_an_address_is_one_or_none(header: str, address: str) -> None:
    assert address_in(header) in {address, address or "aino@example.fi"}


def test_the_same_letter_has_the_same_key_and_another_with_its_id_has_not() -> None:
    one, again = read(HEAD + b"Received: x\r\n\r\nHei"), read(b"Received: y\r\n" + HEAD + b"\r\nHei")
    assert one.key == again.key
    assert read(HEAD + b"\r\nAivan muuta").key != one.key
    assert read(HEAD.replace(b"aino@", b"otto@") + b"\r\nHei").key != one.key
