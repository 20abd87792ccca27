"""Simulated residents: they write to the running portal as a browser does, so that one person can try the answerer's side.

Each visitor opens the start page, sends the form with its own first words, and then talks through the socket of
`docs/protocol.md`. She answers what the answerer writes, waits politely, and leaves at the end.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPException
from http.cookiejar import CookieJar
from ipaddress import ip_address
from time import monotonic
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener
from uuid import UUID, uuid4

from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.sync.client import ClientConnection, connect

from config.demo.reading import Matter

Say = Callable[[str], None]
TYPING_SECONDS, READING_SECONDS = 4.0, 3.0
NUDGE_SECONDS = 120.0
"""Without an answer for so long she says her next line anyway."""
GOODBYE_SECONDS = 15.0
PROTOCOL = 1


class NotPlayableError(Exception):
    """The visit can't take place; the words say why."""


def require_local(url: str) -> str:
    """Only a portal of this machine is played into. Raises NotPlayableError; gives the address without its path."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        local = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        local = False
    if parts.scheme != "http" or not local:
        raise NotPlayableError(f"Visitors are played into a portal of this machine only, such as http://127.0.0.1:8000, not {url}")
    return f"http://{parts.netloc}"


class StartPage(HTMLParser):
    """The fields of the start form: those that are hidden, and what may be chosen."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._form: dict[str, str] = {}
        self.hidden: dict[str, str] = {}
        self.choices: dict[str, set[str]] = {}
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what a browser would send from the form that has a token."""
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = {}
        elif tag == "input" and values.get("type") == "hidden":
            self._form[values.get("name", "")] = values.get("value", "")
            if "token" in self._form:
                self.hidden = self._form
        elif tag == "select":
            self._select = values.get("name", "")
        elif tag == "option" and self._select:
            self.choices.setdefault(self._select, set()).add(values.get("value", ""))


@dataclass(slots=True)
class Browser:
    """Cookies and pages of one visitor."""

    url: str
    jar: CookieJar = field(default_factory=CookieJar)
    opener: OpenerDirector = field(init=False)

    def __post_init__(self) -> None:
        self.opener = build_opener(HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> tuple[str, str]:
        """A page's own address after redirects, and its HTML."""
        return self._open(Request(self.url + path))  # noqa: S310 - `require_local` has looked at the address

    def post(self, path: str, fields: dict[str, str]) -> tuple[str, str]:
        """Send a form as its page does."""
        headers = {"Referer": self.url + path, "Origin": self.url}
        return self._open(Request(self.url + path, data=urlencode(fields).encode(), headers=headers))  # noqa: S310

    def cookies(self) -> str:
        """The cookies as a header."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)

    def _open(self, request: Request) -> tuple[str, str]:
        try:
            with self.opener.open(request, timeout=20) as answer:
                return answer.geturl(), answer.read().decode()
        except HTTPError as error:
            raise NotPlayableError(f"the page {urlsplit(request.full_url).path} answered {error.code}") from error
        except (URLError, HTTPException, OSError) as error:
            raise NotPlayableError(f"the portal does not answer at {self.url} ({error})") from error


@dataclass(slots=True)
class Visitor:
    """One simulated resident: what she has seen and said so far."""

    name: str
    matter: Matter
    url: str
    say: Say
    until: float
    pace: float = 1.0
    stopping: threading.Event = field(default_factory=threading.Event)
    browser: Browser = field(init=False)
    conversation: UUID | None = None
    own: str = ""
    seen: int = 0
    spoken: int = 1
    claimed: bool = False
    ended: bool = False
    position: int | None = None
    speak_at: float | None = None
    typing: bool = False
    leave_at: float | None = None
    unacknowledged: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.browser = Browser(self.url)

    def visit(self) -> None:
        """The whole visit, from the start page to leaving; says on the screen what happens."""
        try:
            self._start()
            while not self._is_over():
                try:
                    self._talk()
                except (WebSocketException, InvalidHandshake, OSError):
                    if not self._is_over():
                        self.say(f"{self.name}: the connection broke, trying again")
                        self.stopping.wait(1.0 * self.pace)
            if not self.ended:
                self._leave()
        except NotPlayableError as error:
            self.say(f"{self.name}: {error}")

    # --- pages ---

    def _start(self) -> None:
        path = f"/{self.matter.language}/palvelu/{self.matter.service}/chat/"
        page = StartPage(self.browser.get(path)[1])
        if not page.hidden:
            raise NotPlayableError(f"the chat “{self.matter.service}” takes no new conversations now")
        fields = {**page.hidden, "body": self.matter.lines[0], "contactor": self.matter.contactor}
        if self.matter.topic in page.choices.get("topic", ()):
            fields["topic"] = self.matter.topic
        places = sorted(page.choices.get("municipality", set()) - {""})
        if places:
            fields["municipality"] = places[sum(map(ord, self.name)) % len(places)]
        address, _ = self.browser.post(path, fields)
        steps = [step for step in urlsplit(address).path.split("/") if step]
        if len(steps) < 3 or steps[1] != "keskustelu":
            raise NotPlayableError("the portal did not take the conversation (closed, full or paused)")
        self.conversation = UUID(steps[2])
        self.say(f"{self.name} ({self.matter.language}) joins the line of {self.matter.service}: “{self.matter.lines[0]}”")

    def _leave(self) -> None:
        path = f"/{self.matter.language}/keskustelu/{self.conversation}/"
        token = next((cookie.value for cookie in self.browser.jar if cookie.name == "csrftoken"), "") or ""
        self.browser.post(f"{path}lopeta/", {"csrfmiddlewaretoken": token, "sure": "1"})
        self.ended = True
        self.say(f"{self.name} leaves")

    # --- the socket ---

    def _talk(self) -> None:
        address = f"ws{self.url.removeprefix('http')}/ws/keskustelu/{self.conversation}/?lang={self.matter.language}"
        headers = {"Cookie": self.browser.cookies(), "Origin": self.url}
        with connect(address, additional_headers=headers, open_timeout=20, max_size=None) as socket:
            cursor = {"conversation": str(self.conversation), "all": self.seen, "staff": 0}
            self._send(socket, {"t": "hello", "proto": PROTOCOL, "conversations": [cursor]})
            for client_id, body in list(self.unacknowledged.items()):
                self._post(socket, body, client_id)
            while not self._is_over():
                try:
                    text = socket.recv(timeout=0.25)
                except TimeoutError:
                    text = None
                if text is not None:
                    self._handle(socket, json.loads(text))
                self._act(socket)

    def _send(self, socket: ClientConnection, frame: dict[str, Any]) -> None:
        socket.send(json.dumps(frame))

    def _post(self, socket: ClientConnection, body: str, client_id: str) -> None:
        frame = {"t": "post", "conversation": str(self.conversation), "client_id": client_id, "body": body, "audience": "all"}
        self._send(socket, frame)

    def _handle(self, socket: ClientConnection, frame: dict[str, Any]) -> None:
        match frame["t"]:
            case "event" if frame["seq"] > self.seen:
                self.seen = frame["seq"]
                self.unacknowledged.pop(str(frame.get("client_id")), None)  # one's own event is its acknowledgement
                self._event(frame)
                self._send(socket, {"t": "seen", "conversation": str(self.conversation), "all": self.seen, "staff": 0})
            case "ack":
                self.unacknowledged.pop(frame["client_id"], None)
            case "beat":
                self._send(socket, {"t": "pong"})
            case "line" if frame["position"] != self.position:
                self.position = frame["position"]
                if self.position:
                    self.say(f"{self.name} waits, number {self.position} in the line")
            case "refused" if frame.get("retry_ms") is None:
                self.unacknowledged.pop(str(frame.get("client_id")), None)
                self.say(f"{self.name} was refused: {frame['text']}")

    def _event(self, frame: dict[str, Any]) -> None:
        kind, payload = frame["kind"], frame["payload"]
        if kind == "joined" and payload.get("role") == "resident":
            self.own = frame["participant"]
        elif kind == "claimed":
            self.claimed = True
            self.say(f"{self.name} is now with {payload.get('name', '')}")
            self._next_line_in(NUDGE_SECONDS)
        elif kind == "ended":
            self.ended = True
            self.say(f"{self.name}: the conversation has ended")
        elif kind == "message" and frame["participant"] != self.own:
            self.say(f"{self.name} reads an answer of {len(frame['body'])} characters")
            if self.spoken < len(self.matter.lines):
                self._next_line_in(READING_SECONDS + TYPING_SECONDS)
            else:
                self.leave_at = monotonic() + GOODBYE_SECONDS * self.pace

    def _next_line_in(self, seconds: float) -> None:
        self.speak_at = monotonic() + seconds * self.pace

    def _act(self, socket: ClientConnection) -> None:
        """Type, and then say the next line, when it is time."""
        if self.speak_at is None or not self.claimed or self.ended:
            return
        if not self.typing and monotonic() >= self.speak_at - TYPING_SECONDS * self.pace:
            self._send(socket, {"t": "typing", "conversation": str(self.conversation), "on": True})
            self.typing = True
        if monotonic() < self.speak_at:
            return
        self.typing, self.speak_at = False, None
        body, client_id = self.matter.lines[self.spoken], str(uuid4())
        self.spoken += 1
        self.unacknowledged[client_id] = body
        self._post(socket, body, client_id)
        self.say(f"{self.name} writes: “{body}”")
        if self.spoken < len(self.matter.lines):
            self._next_line_in(NUDGE_SECONDS)
        else:
            self.leave_at = monotonic() + NUDGE_SECONDS * self.pace

    def _is_over(self) -> bool:
        now = monotonic()
        done = self.leave_at is not None and now >= self.leave_at and not self.unacknowledged
        return self.ended or self.stopping.is_set() or done or now >= self.until


def play(
    *, url: str, matters: list[Matter], names: list[str], seconds: float, say: Say, pace: float = 1.0, gap: float = 4.0
) -> None:
    """Play the visitors side by side until each has left or the time is up; Ctrl-C makes them leave politely."""
    base = require_local(url)
    stopping = threading.Event()
    until = monotonic() + seconds
    visitors = [
        Visitor(name=name, matter=matter, url=base, say=say, until=until, pace=pace, stopping=stopping)
        for name, matter in zip(names, matters, strict=True)
    ]
    threads = [threading.Thread(target=visitor.visit, name=visitor.name, daemon=True) for visitor in visitors]
    try:
        for thread in threads:
            thread.start()
            stopping.wait(gap * pace)
        for thread in threads:
            thread.join()
    except KeyboardInterrupt:
        say("The visitors leave …")
        stopping.set()
        for thread in threads:
            if thread.ident is not None:
                thread.join(20)
