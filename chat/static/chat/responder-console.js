/* <responder-console>: the responder's whole page: lines, her own conversations, and those that are open beside each other.
   One socket carries everything; where sockets are blocked, the page's own addresses do. */

import "./console-elements.js";
import { PARTIAL_MS } from "./console-waiting.js";
import { Counts, tell } from "./console-counts.js";
import { Stage } from "./console-stage.js";
import { Doors } from "./doors.js";
import { copyLine, slot } from "./slots.js";
import { Connection } from "./socket.js";
import { setClock } from "./wait-clock.js";

const NOBODY = "00000000-0000-0000-0000-000000000000";
const LISTS_MS = 8000;
const SAID_MS = 15000;

export class ResponderConsole extends HTMLElement {
  #frames = new Map(); // queue → its newest line
  #mine = null; // none has come yet
  #offers = null; // what was offered to her when it was last shown
  #desk = null; // what the desk's own parts showed at the last snapshot
  #filled = false; // her own conversations have been opened side by side
  #taking = false;
  #last = Promise.resolve(); // what she did last, by the page's addresses
  #saidTimer = 0;

  connectedCallback() {
    this.language = this.dataset.language;
    const words = JSON.parse(this.querySelector("#console-words").textContent);
    this.words = { ...words, ...slot(this, "page-words").dataset };
    setClock(this.dataset.now, this.words);
    this.templates = { message: slot(this, "tpl-message"), event: slot(this, "tpl-event") };
    this.lists = this.querySelector("console-waiting");
    this.own = this.querySelector("console-mine");
    this.settings = this.querySelector("console-settings");
    this.beside = this.querySelector("console-beside");
    this.counts = new Counts(this);
    this.stage = new Stage(this);
    this.targets = new Map([...this.querySelectorAll("[data-queue]")].map((row) => [row.dataset.queue, Number(row.dataset.target)]));
    this.doors = new Doors({ home: this.dataset.home });
    this.connection = new Connection({
      socketUrl: `/ws/vastaaja/?lang=${this.language}`,
      pollUrl: (id) => `/api/keskustelu/${id}/tapahtumat/`,
      postUrl: (id) => `${this.url(id)}viesti/`,
      csrf: this.querySelector("input[name=csrfmiddlewaretoken]").value,
      tooLarge: this.words.tooLarge,
    });
    this.#listen();
    for (const panel of this.panels) this.stage.join(panel);
    this.stage.arrange();
    this.#showOffers();
    this.connection.start();
    setInterval(() => this.#refreshLists(), LISTS_MS);
    this.#state(this.connection.state);
  }

  get panels() {
    return this.stage.panels;
  }

  panel(key) {
    return this.stage.panel(key);
  }

  url(key) {
    return this.dataset.conversationUrl.replace(NOBODY, key);
  }

  /* Open a conversation, or go to it when it is open. */
  open(key, options) {
    return this.stage.open(key, options);
  }

  /* Other conversations are shown now than before. */
  shown() {
    this.#showMine();
    const { current } = this.stage;
    this.beside.follow(current?.key ?? "", current?.whose ?? "");
  }

  /* The handbook and the directory, beside the conversation in use. */
  openBeside(chapter = "") {
    const { current } = this.stage;
    if (chapter) this.beside.open(current?.key, current?.whose, chapter);
    else this.beside.toggle(current?.key ?? "", current?.whose ?? "");
  }

  /* --- what she does --- */

  /* A double press takes one. */
  async #take(form) {
    if (this.#taking) return;
    this.#taking = true;
    const field = this.stage.leave();
    const told = await this.run(() => this.doors.send(form));
    this.#taking = false;
    if (told) await this.open(told.conversation); else field?.focus();
  }

  async finish(panel, { form, then }) {
    panel.ending.refuse("");
    const answer = await this.run(() => this.doors.send(form), (text) => panel.ending.refuse(text));
    if (!answer) return;
    this.say(this.words.over);
    if (then === "record") panel.takeRecord();
    else if (panel.isDirty) panel.ending.refuse(this.words.unsent);
    else this.stage.putAside(panel, { isDone: true });
  }

  /* One thing after the other; a refusal is said where it belongs. */
  run(act, refused = (text) => this.say(text, true)) {
    this.#last = this.#last.then(() => this.#act(act, refused));
    return this.#last;
  }

  async #act(act, refused) {
    if (this.connection.state === "over") return null;
    try {
      return await act();
    } catch (error) {
      if (error.status === 401) this.#end();
      refused(error.text ?? { 403: this.words.noRight, 404: this.words.notFound }[error.status] ?? this.words.trouble);
      return null;
    }
  }

  say(text, isTrouble = false) {
    const place = slot(this, "said");
    place.textContent = text;
    place.classList.toggle("is-trouble", isTrouble);
    this.#below();
    clearTimeout(this.#saidTimer);
    this.#saidTimer = setTimeout(() => { place.textContent = ""; }, SAID_MS);
  }

  /* What is told passes; that she is signed out or offline stays, and is never under it. */
  #below() {
    const place = slot(this, "said");
    if (!place.textContent) return;
    const banners = this.querySelectorAll('.nlc-over, [data-slot="connection"]:is([data-state="offline"], [data-state="polling"])');
    const shown = [...banners].filter((banner) => banner.checkVisibility()).map((banner) => banner.getBoundingClientRect().bottom + 8);
    const lowest = Math.min(Math.max(0, ...shown), innerHeight - place.offsetHeight - 8);
    place.style.setProperty("--nlc-below", `${lowest}px`);
  }

  #listen() {
    for (const moved of ["scroll", "resize"]) addEventListener(moved, () => this.#below(), { passive: true, capture: true });
    const { connection } = this;
    connection.addEventListener("state", ({ detail }) => this.#state(detail.state));
    connection.addEventListener("event", ({ detail }) => this.panel(detail.conversation)?.apply(detail));
    connection.addEventListener("reset", ({ detail }) => this.panel(detail.conversation)?.reset());
    connection.addEventListener("outbox", ({ detail }) => this.panel(detail.conversation)?.outgoing(detail));
    connection.addEventListener("frame", ({ detail }) => this.#frame(detail));
    this.addEventListener("submit", (event) => {
      const act = event.target.matches(".nlc-whisper") ? this.#whisper : event.target.matches(".nlc-next, .nlc-take") ? this.#take : null;
      if (act) event.preventDefault();
      act?.call(this, event.target);
    });
    this.addEventListener("click", (event) => {
      const link = event.target.closest("a.nlc-row-link, a.nlc-back, a.nlc-earlier-link, a.nlc-beside-open, a.nlc-beside-link");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (link.matches(".nlc-beside-open, .nlc-beside-link")) {
        this.openBeside(link.dataset.chapter);
        return;
      }
      if (link.matches(".nlc-back")) this.#toLists();
      else if (link.matches(".nlc-earlier-link")) this.open(link.dataset.conversation, { why: "aiemmat" });
      else this.open(link.closest("li").dataset.conversation);
    });
    this.addEventListener("left", () => this.stage.current?.focusText());
    this.addEventListener("shown", ({ target }) => {
      this.settings.keys.show(target);
      if (target.dataset.part === "offers") this.#showOffers();
    });
    this.addEventListener("done", ({ detail }) => { if (detail.form.matches(".nlc-offer-take")) this.open(detail.told.conversation); });
    this.addEventListener("refused", ({ detail }) => {
      if (detail.status === 401) this.#end();
      this.say(detail.text || ({ 403: this.words.noRight, 404: this.words.notFound }[detail.status] ?? this.words.trouble), true);
    });
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("visibilitychange", () => { for (const panel of this.panels) panel.seen(); });
    this.addEventListener("chosen", () => { if (this.connection) this.stage.arrange(); });
    addEventListener("beforeunload", (event) => { if (this.panels.some((panel) => panel.isDirty)) event.preventDefault(); });
  }

  #toLists() {
    const key = this.stage.inUse;
    delete this.dataset.view;
    if (!this.own.focusRow(key)) this.querySelector(".nlc-next button").focus();
  }

  /* What colleagues offer to her, else who asks for her. */
  #toOffers() {
    const way = this.querySelector(".nlc-offer button, .nlc-calls a");
    if (!way) {
      this.say(this.words.noOffers);
      return;
    }
    delete this.dataset.view;
    way.focus();
  }

  /* Joins a colleague's conversation: its panel comes anew, with a composer for whispers. */
  async #whisper(form) {
    const told = await this.run(() => this.doors.send(form));
    if (told) await this.open(told.conversation);
  }

  #key(event) {
    if (this.settings.isHelpOpen) return;
    const { current } = this.stage;
    if (event.key === "Escape" && current?.contains(event.target) && (current.closeBox() || !event.target.matches("textarea"))) current.focusText();
    const command = this.settings.keys.command(event);
    if (!command) return;
    event.preventDefault();
    if (!event.repeat) this.#do(command);
  }

  #do(command) {
    const { current } = this.stage;
    switch (command) {
      case "take_next": return this.#take(this.querySelector(".nlc-next"));
      case "next": return this.stage.next(this.own.ids, 1);
      case "previous": return this.stage.next(this.own.ids, -1);
      case "note": current?.composer?.turn(); // and back to writing
      case "compose": return current?.focusText();
      case "end": return current?.keyEnding();
      case "transfer": return current?.openPart("transfer");
      case "identify": return current?.openPart("identity");
      case "hide": return current?.log?.focusHiding();
      case "advice": return current?.keyAdvice();
      case "offers": return this.#toOffers();
      case "record": return current?.takeRecord();
      case "whisper": return current?.keyWhisper();
      case "flag": return current?.openPart("flag");
      case "concern": return current?.openPart("concern");
      case "beside": return this.openBeside();
      case "list": return this.#toLists();
      case "help": return this.settings.showHelp();
      default: return this.querySelector(`[data-act="${command}"]`)?.click(); // the buttons of her presence
    }
  }

  /* --- what comes --- */

  #frame(frame) {
    switch (frame.t) {
      case "queue":
        if (offersOf(this.#frames.get(frame.queue)) !== offersOf(frame)) this.querySelector("live-part[data-part=offers]")?.refresh();
        frame.waiting = frame.waiting.filter(({ reserved }) => !reserved || reserved === this.dataset.person); // others practise alone
        this.#frames.set(frame.queue, frame);
        this.#showWaiting();
        break;
      case "mine":
        this.#leftMine(frame.conversations);
        this.#mine = frame.conversations;
        this.#showMine();
        this.#showDesk(frame.desk);
        this.#showCalls(frame);
        if (!this.#filled) this.stage.fill(this.#mine.filter((row) => row.state === "active").map((row) => row.conversation));
        this.#filled = true;
        break;
      case "typing":
        this.panel(frame.conversation)?.residentTyping(frame);
        break;
      case "seen":
        this.panel(frame.conversation)?.residentSeen(frame);
        break;
      case "refused":
        this.say(frame.text, true);
        break;
    }
  }

  #showWaiting() {
    const { words, language, targets } = this;
    const frames = [...this.#frames.values()].filter((frame) => targets.has(frame.queue));
    const takeUrl = (key) => this.dataset.takeUrl.replace(NOBODY, key);
    const line = this.lists.showLines(frames, { words, language, takeUrl, targets, limit: Number(this.dataset.limit) });
    if (!line) return void setTimeout(() => this.#showWaiting(), PARTIAL_MS);
    for (const frame of frames) {
      const row = this.querySelector(`[data-queue="${frame.queue}"]`);
      const open = slot(row, "open");
      open.textContent = frame.open ? open.dataset.open : open.dataset.closed;
      open.classList.toggle("is-open", frame.open);
      slot(row, "waiting").textContent = String(frame.waiting.length);
    }
    this.settings.alert.waiting(line.here, line.newcomers);
    if (line.newcomers.length) tell(this, words.newWaiting);
    this.counts.showLine(line);
  }

  /* What is offered to her calls like a newcomer, until somebody has taken it or it is gone. */
  #showOffers() {
    const here = new Set([...this.querySelectorAll(".nlc-offer")].map((row) => row.dataset.transfer));
    const newcomers = this.#offers === null ? [] : [...here].filter((id) => !this.#offers.has(id));
    this.#offers = here;
    this.settings.alert.waiting(here, newcomers, "offers");
    if (newcomers.length) tell(this, this.words.newOffer);
    this.counts.showOffers(here.size);
  }

  #showMine() {
    if (!this.#mine) return;
    const visible = new Set(this.panels.filter((panel) => !panel.hidden && !document.hidden).map((panel) => panel.key));
    const unread = this.own.showMine(this.#mine, { words: this.words, language: this.language, url: (key) => this.url(key), visible });
    this.own.mark(new Set(this.panels.filter((panel) => !panel.hidden).map((panel) => panel.key)));
    if (this.counts.showUnread(unread)) this.settings.alert.ring();
  }

  /* Conversations that were hers (at first: as the page was drawn) went on to somebody else: their part shows what she may still read. */
  #leftMine(conversations) {
    const now = new Set(conversations.map((row) => row.conversation));
    for (const { conversation, state } of this.#mine ?? this.own.ids.map((id) => ({ conversation: id, state: "active" }))) {
      const panel = this.panel(conversation);
      if (!now.has(conversation) && state === "active" && panel?.dataset.state === "active") this.#wentOn(panel);
    }
  }

  async #wentOn(panel) {
    if (panel.isDirty) {
      panel.composer?.notesOnly();
      this.say(this.words.wentOn, true);
      return;
    }
    this.say(this.words.wentOn);
    try {
      await this.stage.renew(panel);
    } catch (error) {
      if (error.status === 404) this.stage.putAside(panel, { isDone: true });
    }
  }

  /* What the desk's own parts show has changed. */
  #showDesk(desk) {
    if (this.#desk === desk) return;
    const isFirst = this.#desk === null;
    this.#desk = desk;
    if (!isFirst || desk !== this.dataset.desk) for (const part of this.querySelectorAll("live-part")) part.heard("desk");
  }

  /* Somebody asks for her: advice, or for the supervisor a flag or one whom nobody takes. */
  #showCalls({ calls = 0, told = 0 }) {
    const more = this.counts.showCalls(calls, told);
    if (!more) return;
    this.settings.alert.ring();
    tell(this, this.words[more]);
  }

  #state(state) {
    const place = slot(this, "connection");
    place.dataset.state = state;
    place.textContent = { online: this.words.online, offline: this.words.offline, polling: this.words.polling }[state] ?? this.words.connecting;
    if (state === "over") this.#signedOut();
    this.#below();
  }

  /* Nothing more comes or goes; what was written stays to be copied. */
  #signedOut() {
    slot(this, "connection").textContent = "";
    for (const panel of this.panels) panel.stop();
    for (const button of this.querySelectorAll(".nlc-lists button")) button.disabled = true;
    if (this.querySelector(".nlc-over")) return;
    const box = slot(this, "tpl-signed-out").content.firstElementChild.cloneNode(true);
    slot(box, "sign-in").href = this.dataset.signIn;
    this.prepend(box);
  }

  /* Where sockets do not get through, the lists are read from the page. */
  async #refreshLists() {
    if (this.connection.state === "online" || this.connection.state === "over" || document.hidden) return;
    try {
      const page = await this.doors.page();
      for (const name of ["console-waiting", "console-mine"]) {
        for (const part of ["rows", "count"]) {
          const [old, fresh] = [slot(this.querySelector(name), part), slot(page.querySelector(name), part)];
          old.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
        }
        for (const part of ["empty", "more"]) copyLine(slot(this.querySelector(name), part), slot(page.querySelector(name), part));
      }
      for (const place of this.querySelectorAll(".nlc-counts")) place.replaceWith(document.importNode(page.querySelector(".nlc-counts"), true));
      for (const part of this.querySelectorAll("aside live-part")) part.heard("desk");
    } catch (error) {
      if (error.status === 401) this.#end();
    }
  }

  #end() {
    this.connection.stop();
    this.#state("over");
  }
}

/* A mark of what is offered to a queue. */
function offersOf(frame) {
  return JSON.stringify((frame?.offers ?? []).map((offer) => offer.transfer));
}

customElements.define("responder-console", ResponderConsole);
