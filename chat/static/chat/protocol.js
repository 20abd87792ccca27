/* The frames of the chat's sockets, as chat/protocol.py has them: names, what a client sends, and reading what comes.
   docs/protocol.md tells them in words; a test compares the names with the server's. */

export const VERSION = 1;
export const TEXT_LIMIT = 4000;

/* What a client sends. */
export const CLIENT_FRAMES = ["hello", "open", "close", "post", "typing", "seen", "pong"];

/* What the server sends. A frame of another name is from a newer server and is left alone. */
export const SERVER_FRAMES = [
  "welcome", "event", "ack", "refused", "caught_up", "reset", "typing", "seen", "line", "queue", "mine", "beat", "bye", "signed_out",
];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const isText = (value) => typeof value === "string";
const isCount = (value) => Number.isInteger(value) && value >= 0;
const isId = (value) => isText(value) && UUID.test(value);

const CHECKS = {
  welcome: (f) => isCount(f.text_limit) && f.heartbeat_seconds > 0,
  event: (f) => isId(f.conversation) && (f.audience === "all" || f.audience === "staff") && isCount(f.seq) && f.seq > 0
    && isText(f.kind) && isText(f.body) && f.payload !== null && typeof f.payload === "object" && isText(f.at),
  ack: (f) => isId(f.conversation) && isId(f.client_id) && isCount(f.seq),
  refused: (f) => isText(f.code) && isText(f.text),
  caught_up: (f) => isId(f.conversation) && isCount(f.all) && isCount(f.staff),
  reset: (f) => isId(f.conversation),
  typing: (f) => isId(f.conversation) && isId(f.participant) && typeof f.on === "boolean",
  seen: (f) => isId(f.conversation) && isId(f.participant) && isCount(f.all),
  line: (f) => isId(f.conversation) && isText(f.state) && isCount(f.waiting),
  queue: (f) => isId(f.queue) && Array.isArray(f.waiting),
  mine: (f) => Array.isArray(f.conversations),
  beat: (f) => f.heads !== null && typeof f.heads === "object",
  bye: (f) => isCount(f.reconnect_ms),
  signed_out: () => true,
};

/* The server's frame, or null for anything that is not one. */
export function parse(text) {
  let frame;
  try {
    frame = JSON.parse(text);
  } catch {
    return null;
  }
  return isFrame(frame) ? frame : null;
}

/* Whether a value is a frame of the server that this client knows, with what it needs. */
export function isFrame(value) {
  return value !== null && typeof value === "object" && Object.hasOwn(CHECKS, value.t) && CHECKS[value.t](value);
}

/* A new UUID (version 4); crypto.randomUUID is missing on plain http. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/* Text that can travel: a lone half of a surrogate pair has no bytes and becomes the replacement character. */
export function wellFormed(text) {
  return text.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]|[\uD800-\uDFFF]/g, (part) => (part.length === 2 ? part : "\uFFFD"));
}

/* Length as the server counts it: characters, not UTF-16 halves. */
export function lengthOf(text) {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/* Whether there is anything but spaces and invisible characters. */
export function hasWords(text) {
  return /[^\p{Z}\p{C}]/u.test(text);
}

export const hello = (conversations) => ({ t: "hello", proto: VERSION, conversations });
export const open = (conversation, all = 0, staff = 0) => ({ t: "open", conversation, all, staff });
export const close = (conversation) => ({ t: "close", conversation });
export const post = (conversation, clientId, body, audience = "all") => ({ t: "post", conversation, client_id: clientId, body, audience });
export const typing = (conversation, on) => ({ t: "typing", conversation, on });
export const seen = (conversation, all, staff = 0) => ({ t: "seen", conversation, all, staff });
export const pong = () => ({ t: "pong" });
