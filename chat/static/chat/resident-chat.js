/* <resident-chat>: makes the resident's conversation page live. The page works without it as plain forms. */

import "./live-part.js";
import { Composer } from "./resident-composer.js";
import { Log } from "./resident-log.js";
import { closeOutside, emptyBelow, floorOf, liftOverKeyboard } from "./resident-view.js";
import { Waiting } from "./resident-wait.js";
import { read } from "./doors.js";
import { pick } from "./slots.js";
import { Connection } from "./socket.js";
import { watchTabs } from "./tabs.js";

const CALM_MS = 1500;
const BACK_MS = 4000;
const ANNOUNCE_MS = 1000;
const TYPING_SHOWN_MS = 8000;
const LINE_MS = 5000;
const NEAR = 64;
const GAP = 12;

class ResidentChat extends HTMLElement {
  #closing = "";
  #connection;
  #log;
  #composer;
  #waiting;
  #closeTabs;
  #texts = new Map();
  #people = new Map();
  #unseen = 0;
  #title = document.title;
  #cutTimer = 0;
  #wasCut = false;
  #typingTimer = 0;
  #lineTimer = 0;
  #saying = [];
  #listeners = new AbortController();
  #sizes = new ResizeObserver(() => this.#stick());
  #stuck = true; // the end of the log was on the screen, and stays there when something changes its size

  connectedCallback() {
    const { conversation, me, all, othersSeen, socket, poll, limit, language } = this.dataset;
    this.conversation = conversation;
    for (const item of this.querySelector("template[data-words]").content.children) {
      if (item.dataset.word) this.#texts.set(item.dataset.word, item.textContent);
      else this.#people.set(item.dataset.person, item.textContent);
    }
    this.part("plain").hidden = true;
    const form = this.part("composer");
    this.#log = new Log({
      list: this.part("log"), words: (key) => this.words(key), told: (key) => this.#texts.get(`notice:${key}`), people: this.#people, me, language, othersSeen: Number(othersSeen),
      handlers: { retry: (id) => this.#retry(id), edit: (id) => this.#edit(id) },
    });
    this.#composer = new Composer({
      form, part: (name) => this.part(name), words: (key, values) => this.words(key, values), limit: Number(limit),
      onSend: (text) => this.#send(text),
      onTyping: (on) => this.#connection.typing(conversation, on),
      onLeave: () => this.part("sure").showModal(),
    });
    this.#waiting = new Waiting({
      part: (name) => this.part(name), words: (key, values) => this.words(key, values), say: (words) => this.#announce(words),
      retitle: () => this.#retitle(), refresh: () => this.#roomChanged(), ...this.dataset,
    });
    this.#closeTabs = watchTabs(conversation, () => this.#otherTab());
    const csrf = form.elements.csrfmiddlewaretoken.value;
    this.#connection = new Connection({ socketUrl: socket, pollUrl: () => poll, postUrl: () => form.action, csrf, tooLarge: this.words("too_large") });
    this.#connection.addEventListener("event", ({ detail }) => this.#event(detail));
    this.#connection.addEventListener("reset", () => this.#log.clear());
    this.#connection.addEventListener("outbox", ({ detail }) => this.#outbox(detail));
    this.#connection.addEventListener("frame", ({ detail }) => this.#frame(detail));
    this.#connection.addEventListener("state", ({ detail }) => this.#state(detail.state));
    this.#connection.follow(conversation, { all: Number(all) });
    this.#showState();
    this.#listen();
    if (this.dataset.state === "active") this.#toEnd();
    else this.#stuck = this.#isAtEnd();
    this.#connection.start();
    this.#cutTimer = setTimeout(() => this.#sayLine(this.#connection.state), CALM_MS * 2);
    this.dataset.live = "";
  }

  disconnectedCallback() {
    this.#connection.stop();
    this.#listeners.abort();
    this.#sizes.disconnect();
    this.#closeTabs();
    clearInterval(this.#lineTimer);
  }

  part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  words(key, values = {}) {
    return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), this.#texts.get(key) ?? "");
  }

  #listen() {
    const { signal } = this.#listeners;
    addEventListener("beforeunload", (event) => {
      if (this.#connection.outbox.size || (!this.#composer.isEmpty && this.dataset.state !== "ended")) event.preventDefault();
    }, { signal });
    document.addEventListener("visibilitychange", () => this.#look(), { signal });
    addEventListener("focus", () => this.#look(), { signal });
    document.addEventListener("scroll", () => this.#scrolled(), { signal, passive: true });
    addEventListener("resize", () => this.#stick(), { signal });
    for (const name of ["composer", "live-ask"]) this.#sizes.observe(this.part(name));
    this.part("new").addEventListener("click", () => { this.#toEnd(); this.#composer.focus(); });
    this.addEventListener("refused", ({ detail }) => { this.part("error").textContent = detail.text || this.words("trouble"); });
    this.part("sure").addEventListener("close", () => { if (this.part("sure").returnValue === "yes") this.#leave(); });
    liftOverKeyboard(this, { signal, lifted: () => this.#stick() });
    closeOutside(this.part("info"), { signal });
    this.#lineTimer = setInterval(() => this.#askLine(), LINE_MS);
  }

  /* --- the log --- */

  #event(event) {
    // Wherever she was in the waiting room: now somebody is with her.
    const atEnd = this.#stuck || (event.kind === "claimed" && this.dataset.state === "waiting");
    if (event.kind === "claimed") this.#claimed(event);
    if (event.kind === "transferred") this.#transferred(event);
    if (event.kind === "requeued") this.#requeued();
    if (event.kind === "ended") this.#ended(event.payload);
    for (const part of this.querySelectorAll("live-part")) part.heard(event.kind);
    if (event.kind === "redacted") this.#log.redact(event);
    const line = this.#log.add(event);
    if (!line) return;
    if (line.side === "them") this.#showTyping(false);
    if (line.side !== "me") {
      this.#announce(line.name ? this.words("said", { name: line.name, words: line.words }) : line.words);
      if (line.side === "them" && (document.hidden || !atEnd)) this.#unseen += 1;
    }
    if (atEnd) this.#toEnd();
    this.#look();
  }

  #claimed({ payload }) {
    delete this.dataset.held;
    this.part("responder").textContent = payload.name ?? "";
    if (this.dataset.state === "waiting") this.#waiting.taken();
    this.#setState("active");
  }

  /* In the line again: her place in it is told to who follows the conversation anew. */
  #requeued() {
    this.part("responder").textContent = "";
    this.#setState("waiting");
    if (this.#connection.state === "online") this.#connection.follow(this.conversation, this.#connection.cursor(this.conversation));
  }

  /* She is with somebody else now, or in another line: the head of the page says so. */
  #transferred({ payload }) {
    const { state, service = {}, name } = payload;
    if (!["accepted", "moved", "held"].includes(state)) return;
    const place = pick(service, this.dataset.language);
    if (place) {
      this.part("service").textContent = place;
      this.#title = place;
      document.title = place;
    }
    this.part("responder").textContent = state === "accepted" && name ? name : "";
    if (state === "held") this.dataset.held = "";
    else delete this.dataset.held;
    this.#setState(state === "accepted" ? "active" : "waiting");
    this.#readAnew();
  }

  /* What the page tells of the service is that of the new one. */
  async #readAnew() {
    try {
      const page = await read(location.href);
      for (const name of ["about", "greeting"]) {
        const fresh = page.querySelector(`[data-part="${name}"]`);
        if (fresh) this.part(name).replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
      }
    } catch {
      // The head has told already; the rest comes with the next page.
    }
  }

  #ended({ by, status }) {
    const ending = { answered: "answered", service_closed: "closed" }[status] ?? { resident: "left", responder: "unanswered" }[by] ?? "lost";
    for (const part of this.querySelectorAll("[data-ending]")) part.hidden = part.dataset.ending !== ending;
    this.#setState("ended");
    this.#composer.close();
    this.part("sure").close();
  }

  #setState(state) {
    this.dataset.state = state;
    this.#showState();
  }

  #showState() {
    const { state } = this.dataset;
    this.part("status").textContent = this.words(state);
    this.part("waiting").hidden = state !== "waiting" || "held" in this.dataset;
    this.part("ended").hidden = state !== "ended";
    this.part("leave").hidden = state === "ended";
    for (const part of this.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
  }

  /* New messages are read out together, so that a quick talk does not flood a screen reader; her own never. */
  #announce(words) {
    this.#saying.push(words);
    if (this.#saying.length > 1) return;
    setTimeout(() => {
      const few = this.#saying.length <= 3;
      this.part("announcer").textContent = few ? this.#saying.join("\n") : this.words("new_many", { n: this.#saying.length });
      this.#saying = [];
    }, ANNOUNCE_MS);
  }

  /* --- seeing --- */

  #isAtEnd() {
    const last = this.#log.last;
    return !last || last.getBoundingClientRect().bottom <= floorOf(this.part("composer")) + NEAR;
  }

  #toEnd() {
    const ended = this.dataset.state === "ended";
    const asked = this.part("live-ask");
    const whole = ended || asked.offsetHeight > 0; // its beginning is never above the screen, nor beneath the head
    const last = ended ? this.part("ended") : whole ? asked : this.#log.last;
    if (!last) return;
    const head = this.part("head");
    const stays = getComputedStyle(head).position === "sticky";
    const box = last.getBoundingClientRect();
    let below = Math.min(box.bottom + GAP - floorOf(this.part("composer")), whole ? box.top - GAP - (stays ? head.offsetHeight : 0) : Infinity);
    // On a phone the talk has the whole screen: what stands above its head is a scroll away.
    if (stays && this.dataset.state === "active") below = Math.max(below, this.getBoundingClientRect().top);
    const empty = this.dataset.state === "active" ? emptyBelow(this.part("composer"), this) : 0;
    if (empty) below = -empty; // nothing is to be found further down
    if (below) scrollBy({ top: below, behavior: "instant" });
    this.#stuck = true;
  }

  /* The composer, the window or the keyboard changed its size. */
  #stick() {
    if (this.#stuck) this.#toEnd();
  }

  #scrolled() {
    this.#stuck = this.#isAtEnd();
    this.#look();
  }

  /* What is on the screen now has been seen. */
  #look() {
    const atEnd = this.#isAtEnd();
    if (!document.hidden && atEnd) {
      this.#unseen = 0;
      this.#connection.seen(this.conversation, this.#connection.cursor(this.conversation).all);
    }
    const button = this.part("new");
    button.hidden = atEnd || !this.#unseen;
    button.textContent = this.words(this.#unseen === 1 ? "new_one" : "new_many", { n: this.#unseen });
    if (!document.hidden && this.dataset.state !== "waiting") this.#waiting.seen();
    this.#retitle();
  }

  #retitle() {
    const before = [this.#unseen ? `(${this.#unseen})` : "", this.#waiting.call ? `${this.#waiting.call} –` : ""].filter(Boolean);
    document.title = [...before, this.#title].join(" ");
  }

  /* --- sending --- */

  #send(text) {
    this.#connection.send(this.conversation, text);
    this.#toEnd();
  }

  #outbox(item) {
    this.#log.showPending(item);
  }

  #retry(id) {
    this.#log.removePending(id);
    this.#connection.retry(id);
  }

  #edit(id) {
    const text = this.#connection.discard(id);
    this.#log.removePending(id);
    if (text) this.#composer.takeBack(text);
  }

  async #leave() {
    const form = this.part("composer");
    const body = new URLSearchParams({ sure: "1", csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
    const url = this.part("leave").formAction;
    for (let tries = 0; tries < 20 && this.dataset.state !== "ended"; tries += 1) {
      try {
        const answer = await fetch(url, { method: "POST", headers: { Accept: "application/json" }, body });
        if (answer.status === 403) this.part("error").textContent = (await answer.json()).text; // the page is too old
        if (answer.status < 500) break;
      } catch {
        // Tried again below: leaving twice is harmless.
      }
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
    if (!this.part("ended").hidden) this.part("ended").focus();
  }

  /* --- the line to the server, and the line of those who wait --- */

  #frame(frame) {
    const other = frame.participant !== this.dataset.me; // she may have another tab
    if (frame.t === "typing" && other) this.#showTyping(frame.on, frame.participant);
    else if (frame.t === "seen" && other) this.#log.seenByOthers(frame.all);
    else if (frame.t === "line") this.#showPlace(frame);
    else if (frame.t === "refused" && frame.text) this.part("error").textContent = frame.text;
    else if (frame.t === "caught_up" && this.dataset.state === "ended") this.#connection.stop();
  }

  #showPlace(line) {
    if (this.dataset.state !== "waiting" || line.state !== "waiting") return;
    if ("held" in this.dataset) this.#opened();
    this.#waiting.show(line);
  }

  /* Who answers, other ways or a notice may have changed. */
  #roomChanged() {
    this.part("live-wait").refresh().then(() => this.#tellClosing());
    document.dispatchEvent(new CustomEvent("notices"));
  }

  /* That the chat closes is told to the ear too, once for each thing that is told. */
  #tellClosing() {
    const told = this.part("live-wait").querySelector("[data-told]")?.textContent.replace(/\s+/g, " ").trim() ?? "";
    if (told && told !== this.#closing) this.#announce(told);
    this.#closing = told;
  }

  #otherTab() {
    const note = this.part("tabs");
    note.textContent = this.words("tabs");
    note.hidden = false;
  }

  /* The chat in whose line a place was kept has opened. */
  #opened() {
    delete this.dataset.held;
    this.#showState();
    for (const part of this.querySelectorAll("live-part")) part.heard("transferred");
  }

  async #askLine() {
    if (this.dataset.state !== "waiting" || this.#connection.state !== "polling") return;
    try {
      const answer = await fetch(this.dataset.line, { cache: "no-store", headers: { Accept: "application/json" } });
      if (answer.ok) this.#showPlace(await answer.json());
    } catch {
      // The next one may come through.
    }
  }

  #showTyping(on, participant) {
    clearTimeout(this.#typingTimer);
    const name = this.#people.get(participant);
    this.part("typing").textContent = on ? this.words(name ? "typing" : "typing_unnamed", { name }) : "";
    if (on) this.#typingTimer = setTimeout(() => this.#showTyping(false), TYPING_SHOWN_MS);
  }

  #state(state) {
    clearTimeout(this.#cutTimer);
    const works = state === "online" || state === "polling";
    if (works) this.#sayLine(state);
    else this.#cutTimer = setTimeout(() => this.#sayLine(state), state === "over" ? 0 : CALM_MS);
    this.dataset.connection = state;
    if (state !== "over") return;
    this.#composer.block();
    // A professional has signed out: what she wrote is not left on a machine that others use.
    if (this.dataset.guarded) location.replace(this.dataset.guarded);
  }

  /* Told calmly: only a cut that lasts, and that it is over. */
  #sayLine(state) {
    const works = state === "online" || state === "polling";
    const line = this.part("line");
    line.dataset.cut = works ? "" : state;
    if (works && !this.#wasCut) return;
    this.part("line-words").textContent = this.words(works ? "back" : state);
    this.#wasCut = !works;
    if (works) this.#cutTimer = setTimeout(() => { this.part("line-words").textContent = ""; }, BACK_MS);
  }
}

customElements.define("resident-chat", ResidentChat);
