"""The frames of the chat's sockets: typed, bounded, and unknown keys refused.

`docs/protocol.md` is written from this module by `manage.py write_protocol`. A frame is one JSON object whose `t` names
its type. The HTTP twin uses the same shapes for messages and events.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from chat.refusals import Refusal

VERSION = 1
FRAME_LIMIT = 64 * 1024
TEXT_LIMIT = 4000
CONVERSATIONS_LIMIT = 200
WINDOW = 64

Number = Annotated[int, msgspec.Meta(ge=0, le=2_147_483_647)]
AudienceName = Literal["all", "staff"]
Names = dict[str, str]
"""A name in each language in which it is written: {"fi": …, "sv": …, "en": …}."""

# Format characters that reorder text around them (U+202A…E, U+2066…9): a trick in a message, never needed in one.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class FrameError(Exception):
    """A frame or text that can't be accepted; `code` says why, and `client_id` whose it was when that could be read."""

    def __init__(self, code: Refusal, *, client_id: UUID | None = None, conversation: UUID | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.client_id = client_id
        self.conversation = conversation


class _In(msgspec.Struct, tag_field="t", forbid_unknown_fields=True, gc=False):
    """Base of the frames that a client sends."""


class Cursor(msgspec.Struct, forbid_unknown_fields=True):
    """The last number of each audience that the client has of a conversation."""

    conversation: UUID
    all: Number = 0
    staff: Number = 0


class Hello(_In, tag="hello"):
    """The first frame: what the client has, so that the rest can follow. May be sent again after `reset`."""

    proto: int
    conversations: Annotated[list[Cursor], msgspec.Meta(max_length=CONVERSATIONS_LIMIT)] = []


class Open(_In, tag="open"):
    """Staff: follow one more conversation from these numbers on."""

    conversation: UUID
    all: Number = 0
    staff: Number = 0


class Close(_In, tag="close"):
    """Staff: stop following a conversation."""

    conversation: UUID


class Post(_In, tag="post"):
    """Send a message. `client_id` is made once when the person presses send and reused for each retry.

    Audience `staff` is a note that residents never see.
    """

    conversation: UUID
    client_id: UUID
    body: str
    audience: AudienceName = "all"


class Typing(_In, tag="typing"):
    """The person is writing, or has stopped. Never stored."""

    conversation: UUID
    on: bool


class Seen(_In, tag="seen"):
    """The client has shown everything up to these numbers; opens the window for more."""

    conversation: UUID
    all: Number = 0
    staff: Number = 0


class Pong(_In, tag="pong"):
    """Answer to `beat`: a sign of life."""


ClientFrame = Hello | Open | Close | Post | Typing | Seen | Pong


class _Out(msgspec.Struct, tag_field="t", omit_defaults=False, gc=False):
    """Base of the frames that the server sends."""


class Welcome(_Out, tag="welcome"):
    """First answer: limits, and how often the server gives a sign of life."""

    proto: int
    heartbeat_seconds: float
    text_limit: int
    window: int


class EventFrame(_Out, tag="event"):
    """One event of the log. `seq` is gapless in (conversation, audience); words stand in `body` only."""

    conversation: UUID
    audience: str
    seq: int
    kind: str
    participant: UUID | None
    client_id: UUID | None
    body: str
    payload: dict[str, Any]
    at: datetime


class Ack(_Out, tag="ack"):
    """The message is on the disk. `duplicate`: it already was.

    A message whose event (with its `client_id`) comes through the same socket is acknowledged by that event alone.
    """

    conversation: UUID
    client_id: UUID
    audience: str
    seq: int
    at: datetime
    duplicate: bool


class Refused(_Out, tag="refused"):
    """A frame or command was not accepted; the socket stays open. With `retry_ms` the same may be sent again."""

    code: str
    text: str
    client_id: UUID | None = None
    conversation: UUID | None = None
    retry_ms: int | None = None


class CaughtUp(_Out, tag="caught_up"):
    """The client now has everything up to these heads."""

    conversation: UUID
    all: int
    staff: int


class Reset(_Out, tag="reset"):
    """The client's numbers do not fit the log (restored or pruned): forget it and say hello from zero."""

    conversation: UUID


class TypingFrame(_Out, tag="typing"):
    """Another participant is writing, or has stopped."""

    conversation: UUID
    participant: UUID
    on: bool


class SeenFrame(_Out, tag="seen"):
    """How far another participant has read what everyone may see."""

    conversation: UUID
    participant: UUID
    all: int


class Line(_Out, tag="line"):
    """The place of a waiting resident: 1 is next. Also when the state of her queue changes.

    `low_seconds` and `high_seconds`: the estimate of what is left, null while too little is known or nobody is there.
    `mark` changes when something else that the waiting room tells (a notice, a break) must be read anew.
    """

    conversation: UUID
    state: str
    position: int | None
    waiting: int
    open: bool
    low_seconds: int | None = None
    high_seconds: int | None = None
    mark: str = ""


class WaitingRow(msgspec.Struct, gc=False):
    """One who waits, as staff see her before taking the conversation: no words, no name of a resident.

    `offered`: to whom she is shown first now; `told`: she has waited so long that the supervisor was told; `who`: a consulting
    professional's name; `municipality`: where the matter is, when she told it, so that two who gave no topic differ. `reserved`:
    the only one who may take her (a practice), whom alone the console shows her to. With the estimate that she is told.
    `medium`: a help form waits after those who are here now, and is answered by `answer_due_at`.
    """

    conversation: UUID
    queued_at: datetime
    line_at: datetime
    away: bool
    language: str
    contactor: str
    topic: Names
    test: bool
    offered: Names = {}
    told: bool = False
    who: Names = {}
    must_identify: bool = False
    municipality: Names = {}
    reserved: UUID | None = None
    low_seconds: int | None = None
    high_seconds: int | None = None
    medium: str = "chat"
    answer_due_at: datetime | None = None


class OfferRow(msgspec.Struct, gc=False):
    """One whom a colleague offers to this queue, still served by the sender meanwhile: no words, no name of the resident."""

    transfer: UUID
    conversation: UUID
    sender: Names
    service: Names
    queue: Names
    reason: str
    since: datetime
    due_at: datetime | None
    language: str
    topic: Names
    test: bool


class QueueFrame(_Out, tag="queue"):
    """The line of one of the responder's queues, longest wait first. A snapshot: the newest one is the truth."""

    queue: UUID
    name: Names
    service: Names
    open: bool
    waiting: list[WaitingRow]
    offers: list[OfferRow] = []
    mark: str = ""


class MineRow(msgspec.Struct, gc=False):
    """One of the responder's own conversations. `who`: the shown name of a consulting professional."""

    conversation: UUID
    service: Names
    queue: Names
    state: str
    queued_at: datetime
    accepted_at: datetime | None
    last_message_at: datetime | None
    unread: int
    away: bool
    language: str
    contactor: str
    topic: Names
    ended_by: str
    coded: bool
    test: bool = False
    flag: str = ""
    who: Names = {}
    medium: str = "chat"
    answer_due_at: datetime | None = None


class Mine(_Out, tag="mine"):
    """The responder's own conversations: those she has, and those that ended and still lack an outcome.

    `desk` is a mark of what her desk's own parts show (presence, offers, notices): when it changes they are read anew.
    `calls`: in how many conversations of others somebody asks for her (advice, a flag for the supervisor, or one who waits and
    whom nobody takes); `told`: how many of them wait so.
    """

    conversations: list[MineRow]
    desk: str = ""
    calls: int = 0
    told: int = 0


class Beat(_Out, tag="beat"):
    """The server's sign of life with the heads of what the socket follows: {conversation: [all, staff]}."""

    heads: dict[str, list[int]]


class Bye(_Out, tag="bye"):
    """The server goes down in an orderly way: come back after so many milliseconds."""

    reconnect_ms: int


class SignedOut(_Out, tag="signed_out"):
    """The session or the right has ended; nothing more comes through this socket."""


ServerFrame = (
    Welcome
    | EventFrame
    | Ack
    | Refused
    | CaughtUp
    | Reset
    | TypingFrame
    | SeenFrame
    | Line
    | QueueFrame
    | Mine
    | Beat
    | Bye
    | SignedOut
)

_decoder = msgspec.json.Decoder(ClientFrame)
_encoder = msgspec.json.Encoder()


def parse(text: str | None) -> ClientFrame:
    """A client's frame, or FrameError. Accepts at most FRAME_LIMIT bytes of JSON text."""
    if text is None:
        raise FrameError(Refusal.MALFORMED)
    if len(text) > FRAME_LIMIT:
        raise FrameError(Refusal.TOO_LARGE)
    try:
        raw = text.encode()
        if len(raw) > FRAME_LIMIT:
            raise FrameError(Refusal.TOO_LARGE)
        frame: ClientFrame = _decoder.decode(raw)
        return frame
    except msgspec.ValidationError as error:
        unknown = "$.t" in str(error) or "`t`" in str(error)
        raise FrameError(Refusal.UNKNOWN_TYPE if unknown else Refusal.INVALID) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise FrameError(Refusal.MALFORMED) from None


def encode(frame: ServerFrame) -> str:
    """The frame as JSON text; times are ISO 8601 in UTC."""
    return _encoder.encode(frame).decode()


def clean_text(text: str) -> str:
    """A message as it is stored: NFC, Unix line ends, no control or reordering characters, no outer space.

    Raises FrameError: EMPTY when nothing is left, TOO_LONG over TEXT_LIMIT characters, MALFORMED for lone surrogates.
    """
    if len(text) > FRAME_LIMIT:
        raise FrameError(Refusal.TOO_LONG)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise FrameError(Refusal.MALFORMED) from None
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = "".join(ch for ch in text if ch in "\n\t" or (unicodedata.category(ch) != "Cc" and ch not in _REORDERING))
    text = text.strip()
    if not text or not any(unicodedata.category(ch)[0] not in "ZC" for ch in text):
        raise FrameError(Refusal.EMPTY)
    if len(text) > TEXT_LIMIT:
        raise FrameError(Refusal.TOO_LONG)
    return text
