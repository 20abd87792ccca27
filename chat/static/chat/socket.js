/* The line to the server: one socket for any number of conversations, and an HTTP twin where sockets are blocked.

   What it promises:
   - every event of a followed conversation is told once and in order, whatever is dropped, repeated or reloaded;
   - what is sent stays in the outbox until the server says it is on the disk, and is tried again with the same id for ever;
   - it reconnects for ever with full jitter, and at once when the page is shown, gets the focus or is back online;
   - after two sockets that could not be opened it polls, and goes on trying the socket.

   Events (CustomEvent, `detail` as given):
     state   {state}   "connecting" | "online" | "polling" | "offline" | "over" (no session: nothing more comes)
     event   an event of a log, in order      reset {conversation}: forget what was shown, all of it comes again
     outbox  {id, conversation, body, audience, state: "sending" | "sent" | "failed", code, text, event?}
     frame   any other frame of the server: welcome, caught_up, typing, seen, line, queue, mine, refused */

import { Line } from "./line.js";
import { Outbox } from "./outbox.js";
import * as protocol from "./protocol.js";
import { ACK_MS, BASE_MS, FAILED_OPENS, LONGEST_MS, OPEN_MS, SILENT_BEATS, SLEPT_MS, TICK_MS, TOO_LARGE_CLOSE } from "./timing.js";
import { Twin } from "./twin.js";

export class Connection extends EventTarget {
  #socketUrl;
  #twin = null;
  #lines = new Map(); // conversation → Line
  #socket = null;
  #welcomed = false;
  #running = false;
  #failedOpens = 0; // since the last welcome
  #heardAt = 0;
  #tickedAt = 0;
  #heartbeatMs = 20000;
  #retryTimer = 0;
  #openTimer = 0;
  #ticker = 0;
  #listeners = null;

  /* socketUrl: address of the socket. pollUrl(id), postUrl(id): the HTTP twin of a conversation; without them there is no
     fallback. csrf: the page's token, for posting by HTTP. tooLarge: what is told of a message that no socket takes. */
  constructor({ socketUrl, pollUrl = null, postUrl = null, csrf = "", tooLarge = "" }) {
    super();
    this.outbox = new Outbox({ tooLarge });
    this.textLimit = protocol.TEXT_LIMIT;
    this.state = "connecting";
    this.#socketUrl = socketUrl;
    if (pollUrl && postUrl) {
      this.#twin = new Twin({
        pollUrl,
        postUrl,
        csrf,
        cursor: (id) => this.#lines.get(id) ?? null,
        onLog: (id, log) => this.#polled(id, log),
        onLost: () => this.#say("offline"),
        onGone: () => this.#over(),
      });
    }
  }

  /* --- what the page asks for --- */

  start() {
    if (this.#running) return;
    this.#running = true;
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    for (const name of ["online", "focus", "pageshow"]) addEventListener(name, () => this.#hurry(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry(), { signal });
    addEventListener("offline", () => this.#cut("offline"), { signal });
    this.#tickedAt = Date.now();
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    this.#open();
  }

  stop() {
    this.#running = false;
    this.#listeners?.abort();
    clearInterval(this.#ticker);
    clearTimeout(this.#retryTimer);
    this.#letGo();
    this.#twin?.stop();
  }

  /* Follow a conversation from the numbers that the page already shows. */
  follow(conversation, { all = 0, staff = 0 } = {}) {
    this.#lines.set(conversation, new Line(all, staff));
    if (this.#welcomed) this.#frame(protocol.open(conversation, all, staff));
    else if (this.state === "polling") this.#twin.poll(conversation);
  }

  unfollow(conversation) {
    this.#lines.delete(conversation);
    this.#twin?.stop(conversation);
    if (this.#welcomed) this.#frame(protocol.close(conversation));
  }

  /* How far the log of a conversation has been told: {all, staff}. */
  cursor(conversation) {
    const { all, staff } = this.#lines.get(conversation) ?? { all: 0, staff: 0 };
    return { all, staff };
  }

  /* Send a message; returns its id. The answers come as `outbox` events. */
  send(conversation, body, { audience = "all", id } = {}) {
    const item = this.outbox.add(conversation, body, { audience, id });
    this.#tell("outbox", { ...item });
    this.#flush();
    return item.id;
  }

  /* Try a failed message again; returns its id, which is a new one after a conflict. */
  retry(id) {
    const item = this.outbox.again(id);
    if (!item) return "";
    this.#tell("outbox", { ...item });
    this.#flush();
    return item.id;
  }

  /* Take a failed message back; returns its words. */
  discard(id) {
    return this.outbox.discard(id)?.body ?? "";
  }

  typing(conversation, on) {
    if (this.#welcomed) this.#frame(protocol.typing(conversation, on));
  }

  /* The person has seen everything up to these numbers. */
  seen(conversation, all, staff = 0) {
    const line = this.#lines.get(conversation);
    if (!line) return;
    line.show(all, staff);
    this.#tellSeen(conversation, line);
  }

  /* --- the socket --- */

  #open() {
    if (!this.#running || this.#socket || this.state === "over") return;
    clearTimeout(this.#retryTimer);
    let socket;
    try {
      socket = new WebSocket(new URL(this.#socketUrl, location.href.replace(/^http/, "ws")));
    } catch {
      this.#broke();
      return;
    }
    this.#socket = socket;
    socket.onmessage = (message) => this.#handle(protocol.parse(message.data));
    socket.onclose = ({ code }) => this.#broke(code);
    this.#openTimer = setTimeout(() => this.#broke(), OPEN_MS);
  }

  /* Let go of the socket without waiting for its close, which a dead line never gives. */
  #letGo() {
    clearTimeout(this.#openTimer);
    if (this.#socket) {
      this.#socket.onmessage = this.#socket.onclose = null;
      this.#socket.close();
    }
    this.#socket = null;
    this.#welcomed = false;
    this.outbox.lineBroke();
  }

  /* The socket closed, could not be opened or was not welcomed in time. */
  #broke(code) {
    const culprit = code === TOO_LARGE_CLOSE ? this.outbox.failLongest() : null;
    if (culprit) this.#tell("outbox", { ...culprit });
    if (!this.#welcomed) this.#failedOpens += 1;
    this.#letGo();
    if (!this.#running || this.state === "over") return;
    if (this.#failedOpens >= FAILED_OPENS && this.#twin && this.#lines.size) this.#startPolling();
    else if (this.state !== "polling") this.#say(navigator.onLine ? "connecting" : "offline");
    this.#schedule();
  }

  /* Let go, say so and try again. */
  #cut(state, wait) {
    this.#letGo();
    if (this.state !== "over") this.#say(state);
    this.#schedule(wait);
  }

  #schedule(wait = Math.random() * Math.min(LONGEST_MS, BASE_MS * 2 ** Math.min(this.#failedOpens, 8))) {
    clearTimeout(this.#retryTimer);
    if (this.#running && !this.#socket) this.#retryTimer = setTimeout(() => this.#open(), wait);
  }

  /* The page is shown, focused or back online: a silent line is dropped, and a missing one opened at once. */
  #hurry() {
    if (!this.#running || this.state === "over") return;
    if (this.#welcomed && this.#isSilent()) this.#cut("connecting", 0);
    else this.#open();
  }

  #isSilent() {
    return Date.now() - this.#heardAt > this.#heartbeatMs * SILENT_BEATS;
  }

  #tick() {
    const now = Date.now();
    const slept = now - this.#tickedAt > SLEPT_MS;
    this.#tickedAt = now;
    if (this.#welcomed) {
      if (slept || this.#isSilent() || this.outbox.overdue(now - ACK_MS)) return this.#cut("connecting", 0);
      for (const [conversation, line] of this.#lines) this.#tellSeen(conversation, line);
    }
    this.#flush();
  }

  #frame(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #handle(frame) {
    this.#heardAt = Date.now();
    switch (frame?.t) {
      case "welcome":
        clearTimeout(this.#openTimer);
        this.#welcomed = true;
        this.#failedOpens = 0;
        this.#heartbeatMs = frame.heartbeat_seconds * 1000;
        this.textLimit = frame.text_limit;
        this.#twin?.stop();
        this.outbox.lineBroke();
        this.#hello([...this.#lines.keys()]);
        this.#say("online");
        this.#tell("frame", frame);
        this.#flush();
        break;
      case "event":
        this.#apply(frame);
        break;
      case "ack":
        this.#settle(frame.client_id, frame);
        break;
      case "refused":
        this.#refused(frame);
        break;
      case "reset":
        this.#startOver(frame.conversation);
        this.#hello([frame.conversation]);
        break;
      case "beat":
        this.#frame(protocol.pong());
        this.#compare(frame.heads);
        break;
      case "bye":
        this.#cut("connecting", frame.reconnect_ms);
        break;
      case "signed_out":
        this.#signedOut();
        break;
      default:
        if (frame?.t) this.#tell("frame", frame);
    }
  }

  /* Tell what we have, so that the rest follows. */
  #hello(which) {
    const cursors = [];
    for (const conversation of which) {
      const line = this.#lines.get(conversation);
      if (!line) continue;
      line.greeted();
      cursors.push({ conversation, all: line.all, staff: line.staff });
    }
    if (cursors.length) this.#frame(protocol.hello(cursors));
  }

  /* A head that we still lack at the next beat means that something was lost on the way: ask for what follows. */
  #compare(heads) {
    const lost = Object.keys(heads).filter((conversation) => this.#lines.get(conversation)?.lost(heads[conversation]));
    if (lost.length) this.#hello(lost);
  }

  /* Something between may have spoilt the socket's handshake: if the log can still be read, the session is alive. */
  async #signedOut() {
    this.#letGo();
    const [conversation] = this.#lines.keys();
    const answer = conversation && this.#twin ? await this.#twin.read(conversation, 0) : { gone: true };
    if (answer.gone) {
      this.#over();
    } else {
      this.#failedOpens = Math.max(this.#failedOpens, FAILED_OPENS - 1);
      this.#broke();
    }
  }

  #over() {
    this.#letGo();
    clearTimeout(this.#retryTimer);
    this.#twin?.stop();
    this.#say("over");
  }

  /* --- the log --- */

  #apply(event) {
    const line = this.#lines.get(event.conversation);
    const place = line?.take(event);
    if (place === "next") {
      if (event.client_id) this.#settle(event.client_id, event);
      this.#tell("event", event);
      this.#tellSeen(event.conversation, line);
    } else if (place === "gap" && !line.asked) {
      this.#hello([event.conversation]);
      line.asked = true;
    }
  }

  #startOver(conversation) {
    if (!this.#lines.has(conversation)) return;
    this.#lines.set(conversation, new Line());
    this.#tell("reset", { conversation });
  }

  #tellSeen(conversation, line) {
    const numbers = this.#welcomed ? line.due(Date.now()) : null;
    if (numbers) this.#frame(protocol.seen(conversation, ...numbers));
  }

  /* --- sending --- */

  #flush() {
    const now = Date.now();
    for (const item of this.outbox.ready(now)) {
      if (this.#welcomed) {
        if (this.#frame(protocol.post(item.conversation, item.id, item.body, item.audience))) this.outbox.left(item, now);
      } else if (this.state === "polling") this.#post(item, now);
    }
  }

  #settle(id, event) {
    const item = this.outbox.settle(id);
    if (!item) return;
    item.state = "sent";
    this.#tell("outbox", { ...item, event });
    this.#flush();
  }

  #refused(frame) {
    const item = this.outbox.addressee(frame);
    if (item) this.#answer(item, frame);
    else this.#tell("frame", frame);
  }

  #answer(item, { code, text, retry_ms: wait }) {
    if (wait) this.#later(item, wait);
    else {
      this.outbox.fail(item, code, text);
      this.#tell("outbox", { ...item });
      this.#flush();
    }
  }

  #later(item, wait) {
    this.outbox.later(item, Date.now(), wait);
    setTimeout(() => this.#flush(), wait + 10);
  }

  /* --- the HTTP twin --- */

  #startPolling() {
    if (this.state !== "offline") this.#say("polling");
    for (const conversation of this.#lines.keys()) this.#twin.poll(conversation);
    this.#flush();
  }

  #polled(conversation, log) {
    if (this.#welcomed || !this.#running) return;
    this.#say("polling");
    if (log.reset) this.#startOver(conversation);
    for (const event of log.events) if (protocol.isFrame(event)) this.#apply(event);
    this.#flush();
  }

  async #post(item, now) {
    this.outbox.left(item, now);
    const answer = await this.#twin.post(item);
    if (answer === undefined || this.outbox.get(item.id) !== item) return;
    if (answer === null) this.#later(item, 1500);
    else if (answer.ack) this.#settle(item.id, answer.ack);
    else this.#answer(item, answer.refused);
  }

  /* --- telling the page --- */

  #say(state) {
    if (state === this.state) return;
    this.state = state;
    this.#tell("state", { state });
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
