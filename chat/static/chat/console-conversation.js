/* <console-conversation>: one open conversation: its log, composer, facts and ending. The page's <responder-console> gives it
   the connection. */

import { put, show, slot } from "./slots.js";

const TYPING_SHOWN_MS = 8000;
const READ_ALOUD_MS = 1000;
const OPEN_BOX = ".nlc-transfer[open], .nlc-identity[open]";

export class ConsoleConversation extends HTMLElement {
  #typingTimer = 0;
  #aloud = [];
  #aloudTimer = 0;

  connectedCallback() {
    if (this.log) return;
    this.key = this.dataset.conversation;
    this.log = this.querySelector("console-log");
    this.composer = this.querySelector("console-composer");
    this.ending = this.querySelector("console-ending");
    this.side = this.querySelector(".nlc-side");
    show(this, "side-toggle", true);
    for (const button of this.querySelectorAll("[data-act=side], [data-act=more], [data-act=close]")) button.hidden = false;
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("unfocused", () => this.focusText());
    this.addEventListener("done", ({ detail }) => this.#sent(detail.form));
    this.addEventListener("toggle", ({ target }) => this.#toggled(target), true);
    this.addEventListener("composed", ({ detail }) => this.console?.connection.send(this.key, detail.body, { audience: detail.audience }));
    this.addEventListener("typing", ({ detail }) => this.console?.connection.typing(this.key, detail.on));
  }

  /* Follow the conversation from what the page already shows. */
  join(console, { words, templates }) {
    this.console = console;
    this.words = words;
    if (!this.log) return;
    const names = new Map(Object.entries(JSON.parse(this.querySelector("script").textContent)));
    const { me, resident } = this.dataset;
    const colleagues = new Set(this.dataset.colleagues.split(" ").filter(Boolean));
    this.log.setUp({ words, names, me, resident, colleagues, templates });
    this.names = names;
    this.colleagues = colleagues;
    console.connection.follow(this.key, { all: Number(this.dataset.all), staff: Number(this.dataset.staff) });
    this.log.addEventListener("below", () => show(this, "newer", true));
    this.log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.log.toEnd();
    this.seen();
  }

  get isMine() {
    return "mine" in this.dataset;
  }

  /* Who it is with, as its head says. */
  get whose() {
    return this.querySelector(".nlc-title").textContent.trim();
  }

  get isActive() {
    return this.isMine && this.dataset.state === "active";
  }

  get isDirty() {
    const parts = [...this.querySelectorAll("live-part")];
    return Boolean(this.composer?.isDirty) || parts.some((part) => part.isDirty) || this.console.connection.outbox.items.some((item) => item.conversation === this.key);
  }

  /* An event of the log. */
  apply(event) {
    if (event.payload?.name && event.participant && !this.names.has(event.participant)) this.names.set(event.participant, event.payload.name);
    if (event.kind === "joined" && event.payload.role === "colleague") this.colleagues.add(event.participant);
    if (event.kind === "claimed") this.colleagues.delete(event.participant);
    const { side, text } = this.log.add(event);
    if (event.kind === "message" && event.audience === "all") this.#answer(side === "resident" ? event.at : "");
    if (event.kind === "message" && side === "resident") this.#showTyping(false);
    if (side !== "me" && event.kind !== "coded") this.#readAloud(this.#aloudWords(event, side, text));
    if (event.kind === "away" || event.kind === "back") show(this, "away", event.kind === "away");
    if (event.kind === "ended") this.#ended();
    if (event.kind === "requeued" || (event.kind === "claimed" && event.participant !== this.dataset.me)) this.#lost();
    for (const part of this.querySelectorAll("live-part")) part.heard(event.kind);
    this.seen();
  }

  /* Everything comes again. */
  reset() {
    this.log.clear();
  }

  outgoing(detail) {
    this.log.showOutgoing(detail);
  }

  residentTyping({ participant, on }) {
    if (participant === this.dataset.resident) this.#showTyping(on);
  }

  residentSeen({ participant, all }) {
    if (participant === this.dataset.resident) this.log.showSeen(all);
  }

  /* What is on the screen has been seen; what came below while she reads earlier words has not. */
  seen() {
    if (!this.console || this.hidden || document.hidden || !this.isMine || !this.log.isAtEnd) return;
    const { all, staff } = this.console.connection.cursor(this.key);
    this.console.connection.seen(this.key, all, staff);
  }

  /* Closes what is open over the conversation, a form too: what was written in it stays there. Returns whether anything was. */
  closeBox() {
    const box = this.querySelector(OPEN_BOX);
    if (box) box.open = false;
    return Boolean(box);
  }

  /* A form over the conversation was accepted: it closes, and she goes on writing. */
  #sent(form) {
    if (form.closest("[data-part=concern]")) this.ending?.refuse(""); // what kept it from ending may be done now: the server says so anew
    const box = form.closest(OPEN_BOX);
    if (!box) return;
    box.open = false;
    this.focusText();
  }

  focusText() {
    for (const box of this.querySelectorAll(OPEN_BOX)) if (!box.closest("live-part").isDirty) box.open = false;
    if (this.composer && !this.composer.field.readOnly) this.composer.field.focus();
    else this.querySelector(".nlc-title").focus();
  }

  /* By its key: the ending opens, or is saved when it is open. */
  keyEnding() {
    if (!this.ending) return;
    this.#showSide(true);
    this.ending.key();
  }

  /* Opens one of the parts behind the details and goes to its first field. */
  openPart(name) {
    const details = this.querySelector(`live-part[data-part="${name}"] details`);
    if (!details) return null;
    if (!details.matches(".nlc-transfer, .nlc-identity")) this.closeBox(); // it would stand over the part
    if (this.side.contains(details)) this.#showSide(true);
    else this.#showMore(true);
    details.open = true;
    (details.querySelector("[data-focus]") ?? details.querySelector("select, textarea, input:not([type=hidden])") ?? details.querySelector("summary")).focus();
    return details;
  }

  /* By its key: colleagues are asked for advice, or no longer. */
  keyAdvice() {
    const button = this.querySelector('live-part[data-part="advice"] button');
    if (!button) return;
    this.#showSide(true);
    button.focus();
    button.click();
  }

  /* By its key: joins in order to whisper; who whispers already goes on writing. */
  keyWhisper() {
    const form = this.querySelector("form.nlc-whisper");
    if (form) form.requestSubmit();
    else this.focusText();
  }

  /* The text for the client record. */
  takeRecord() {
    if (this.openPart("record")) this.querySelector("console-record").make();
  }

  stop() {
    this.composer?.stop();
    for (const button of this.querySelectorAll(".nlc-side button, .nlc-take button")) button.disabled = true;
  }

  /* Somebody else has it now, or the line: what she was writing stays in its field, and only notes can be left. */
  #lost() {
    if (!this.isMine) return;
    delete this.dataset.mine;
    this.#showTyping(false);
    this.composer?.notesOnly();
    const wasEnding = this.ending?.contains(document.activeElement);
    if (this.ending) this.ending.hidden = true;
    if (wasEnding) this.focusText();
  }

  #ended() {
    this.dataset.state = "ended";
    this.classList.add("is-ended");
    show(this, "ended", true);
    show(this, "away", false);
    this.#answer("");
    this.#showTyping(false);
    this.composer?.notesOnly();
    this.ending?.toCoding();
    if (this.ending) this.#showSide(true);
  }

  #click(event) {
    const act = event.target.closest("[data-act]")?.dataset.act;
    const bubble = event.target.closest("[data-client]");
    if (act === "more") this.#showMore(!this.classList.contains("shows-more"));
    if (act === "newest") {
      this.log.toEnd();
      this.focusText();
    }
    if (act === "side") this.#showSide(this.side.dataset.open === undefined);
    if (act === "say") this.#offerWords(event.target.closest("[data-act]").dataset.words);
    if (act === "again" && bubble) {
      const old = bubble.dataset.client;
      const id = this.console.connection.retry(old);
      if (id && id !== old) this.log.forget(old);
      this.composer.field.focus();
    }
    if (act === "discard" && bubble) {
      const words = this.console.connection.discard(bubble.dataset.client);
      this.log.forget(bubble.dataset.client);
      this.composer.giveBack(words);
    }
  }

  /* Ready words come into the field, before what stands there; she changes and sends them herself. */
  #offerWords(words) {
    if (!this.composer || !this.isActive) return;
    this.#showSide(false);
    if (this.composer.audience !== "all") this.composer.turn();
    this.composer.giveBack(words);
    this.composer.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /* One box at a time is open over the conversation. */
  #toggled(box) {
    if (!box.open || !box.matches(OPEN_BOX)) return;
    for (const other of this.querySelectorAll(OPEN_BOX)) if (other !== box) other.open = false;
  }

  /* Where the head is narrow, the rarer tools stand behind a button. */
  #showMore(open) {
    this.classList.toggle("shows-more", open);
    this.querySelector("[data-act=more]").setAttribute("aria-expanded", String(open));
  }

  #scrolled() {
    if (!this.log.isAtEnd) return;
    show(this, "newer", false);
    this.seen();
  }

  #showSide(open) {
    if (open) this.side.dataset.open = "";
    else delete this.side.dataset.open;
    this.classList.toggle("shows-side", open);
    this.querySelector("[data-act=side]").setAttribute("aria-expanded", String(open));
    if (!open) this.log?.toEnd();
  }

  /* Since when the resident has waited for an answer; the first unanswered words count, and an answer ends it. */
  #answer(since) {
    const place = slot(this, "answer");
    const isOpen = this.dataset.state === "active";
    if (since && isOpen && place.hidden) place.querySelector("wait-clock").setAttribute("since", since);
    place.hidden = !since || !isOpen;
  }

  #showTyping(on) {
    clearTimeout(this.#typingTimer);
    put(this, "typing", on ? this.words.typing : "");
    if (on) this.#typingTimer = setTimeout(() => this.#showTyping(false), TYPING_SHOWN_MS);
  }

  /* Who says it: nobody may take a whisper for the resident's words. */
  #aloudWords(event, side, text) {
    if (side === "resident") return `${this.names.get(this.dataset.resident) ?? this.words.resident}: ${text}`;
    if (event.kind !== "message" || event.audience !== "staff") return text;
    const kind = this.colleagues.has(event.participant) ? this.words.whisper : this.words.note;
    return `${this.names.get(event.participant) ?? ""}, ${kind}: ${text}`;
  }

  /* New messages are read aloud in batches; only those of the conversation that is on the screen. */
  #readAloud(text) {
    if (this.hidden) return;
    this.#aloud.push(text);
    if (this.#aloudTimer) return;
    this.#aloudTimer = setTimeout(() => {
      put(this, "announce", this.#aloud.join("\n"));
      this.#aloud = [];
      this.#aloudTimer = 0;
    }, READ_ALOUD_MS);
  }
}

customElements.define("console-conversation", ConsoleConversation);
