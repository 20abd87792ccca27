/* <console-log>: the log of one conversation, with the messages that are on their way. */

import { pick, put, show, slot, stamp } from "./slots.js";
import { clockTime } from "./wait-clock.js";
import { eventWords, showWords } from "./words.js";

const NEAR_END = 80;
const HIDING = "a[data-act=hide]:not([hidden])";

export class ConsoleLog extends HTMLElement {
  #stuck = true; // its end was in view, and stays there when something beside it changes its size
  #sizes = new ResizeObserver(() => { if (this.#stuck) this.toEnd(); });

  connectedCallback() {
    this.toEnd();
    this.#sizes.observe(this);
    if (this.context) return;
    this.addEventListener("scroll", () => { this.#stuck = this.isAtEnd; }, { passive: true });
    this.addEventListener("keydown", (event) => this.#amongHiding(event));
    this.addEventListener("focusin", ({ target }) => { if (target.matches(HIDING)) this.#stopAt(target); });
  }

  disconnectedCallback() {
    this.#sizes.disconnect();
  }

  /* words: of the page; names: Map participant → shown name; me, resident: participants; colleagues: Set of those who whisper;
     templates: {message, event}. */
  setUp(context) {
    this.context = context;
    this.#stopAt(this.#hiding().at(-1));
  }

  get isAtEnd() {
    return this.scrollHeight - this.scrollTop - this.clientHeight < NEAR_END;
  }

  toEnd() {
    this.scrollTop = this.scrollHeight;
  }

  clear() {
    this.replaceChildren(...this.querySelectorAll(".is-pending"));
  }

  /* Adds an event of the log; returns {side, text} for who reads aloud. */
  add(event) {
    const stick = this.isAtEnd;
    if (event.kind === "redacted") this.#redact(event);
    const item = event.kind === "message" ? this.#message(event) : this.#portal(event);
    item.node.dataset.audience = event.audience;
    item.node.dataset.seq = event.seq;
    this.#offerHiding(item.node, event);
    if (item.side === "me") this.#offerProposing(item.node, event);
    put(item.node, "at", clockTime(event.at));
    slot(item.node, "at").dateTime = event.at;
    this.insertBefore(item.node, this.querySelector(":scope > .is-pending"));
    if (!document.activeElement?.matches(HIDING)) this.#stopAt(this.#hiding().at(-1));
    if (stick || item.side === "me") this.toEnd();
    else this.dispatchEvent(new Event("below"));
    return item;
  }

  /* How far the resident has seen. */
  showSeen(all) {
    const { words } = this.context;
    for (const node of this.querySelectorAll('.is-me[data-audience="all"][data-seq]')) {
      if (Number(node.dataset.seq) <= all) put(node, "state", words.seen);
    }
  }

  /* A message of ours on its way: sending, sent or failed. */
  showOutgoing({ id, body, audience, state, text }) {
    const { words } = this.context;
    let node = this.#mine(id);
    let isNew = false;
    if (!node) {
      if (state === "sent") return;
      node = this.#bubble("me", audience);
      node.dataset.client = id;
      node.dataset.audience = audience;
      node.classList.add("is-pending");
      showWords(slot(node, "body"), body);
      this.append(node);
      isNew = true;
    }
    node.classList.toggle("is-failed", state === "failed");
    const word = { sending: words.sending, sent: audience === "staff" ? words.saved : words.sent, failed: `${words.failed}: ${text}` }[state];
    put(node, "state", word);
    show(node, "acts", state === "failed");
    if (isNew || state === "failed") this.toEnd(); // last, so that the word under it is in view too
  }

  forget(id) {
    this.#mine(id)?.remove();
  }

  #mine(id) {
    return id ? [...this.querySelectorAll("[data-client]")].find((node) => node.dataset.client === id) : undefined;
  }

  #bubble(side, audience, from = this.context.me) {
    const { words, names, me, resident, colleagues, templates } = this.context;
    const whispers = audience === "staff" && colleagues.has(from);
    const node = stamp(templates.message);
    node.classList.add(`is-${side}`);
    node.classList.toggle("is-note", audience === "staff");
    node.classList.toggle("is-whisper", whispers);
    show(node, "note", audience === "staff");
    put(node, "note", whispers ? words.whisper : words.note);
    put(node, "name", side === "resident" ? names.get(resident) ?? words.resident : names.get(me) ?? "");
    if (side !== "me") slot(node, "state").remove();
    return node;
  }

  #message(event) {
    const { words, names, me, resident } = this.context;
    const side = event.participant === me ? "me" : event.participant === resident || !event.participant ? "resident" : "colleague";
    const known = side === "me" ? this.#mine(event.client_id) : undefined;
    const node = known ?? this.#bubble(side, event.audience, event.participant);
    node.classList.remove("is-pending", "is-failed");
    show(node, "acts", false);
    if (side === "colleague") put(node, "name", names.get(event.participant) ?? "");
    if (side === "me") {
      node.dataset.client = event.client_id ?? "";
      put(node, "state", event.audience === "staff" ? words.saved : words.sent);
    }
    showWords(slot(node, "body"), event.body);
    return { node, side, text: event.body };
  }

  /* Words of an earlier message were hidden: its new text stands in its place. */
  #redact({ payload, body }) {
    const found = this.querySelector(`[data-audience="${CSS.escape(payload.audience)}"][data-seq="${Number(payload.seq)}"]`);
    const words = found && slot(found, "body");
    if (words) showWords(words, body);
  }

  /* Who may hide words finds the way to it in the message. */
  #offerHiding(node, { audience, seq }) {
    const link = slot(node, "hide");
    const door = this.closest("[data-conversation]").dataset.hide;
    if (!link || !door) return;
    link.href = `${door}?audience=${audience}&seq=${seq}`;
    link.hidden = false;
    link.tabIndex = -1;
  }

  /* By its key: to the newest message whose words may be hidden. */
  focusHiding() {
    this.#hiding().at(-1)?.focus();
  }

  #hiding() {
    return [...this.querySelectorAll(HIDING)];
  }

  /* The log is one stop of the Tab key; its ways to hiding are gone through with the arrows. */
  #stopAt(stop) {
    for (const link of this.#hiding()) link.tabIndex = link === stop ? 0 : -1;
  }

  #amongHiding(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !event.target.matches(HIDING)) return;
    const links = this.#hiding();
    const next = links[links.indexOf(event.target) + step];
    event.preventDefault();
    next?.focus();
  }

  /* Her own words may be good for everybody. */
  #offerProposing(node, { audience, seq }) {
    const link = slot(node, "propose");
    const door = this.closest("[data-conversation]").dataset.propose;
    if (!link || !door || audience !== "all") return;
    link.href = `${door}?viesti=${seq}`;
    link.hidden = false;
  }

  #portal(event) {
    const { words, names, templates } = this.context;
    const node = stamp(templates.event);
    const { outcome, names: inEach } = event.payload;
    const language = document.documentElement.lang;
    const name = (inEach && pick(inEach, language)) || (event.payload.name && (names.get(event.participant) ?? event.payload.name)); // as this page names a colleague
    const text = eventWords(event, (key) => words.events[key], {
      name: name ?? outcome ?? "", language, otherwise: event.kind,
    });
    put(node, "words", text);
    node.classList.toggle("is-preface", event.payload.code === "preface");
    return { node, side: "portal", text };
  }
}

customElements.define("console-log", ConsoleLog);
