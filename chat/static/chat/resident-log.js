/* The resident's log on the page: what the server rendered, then each event as it comes, and her own messages on their way. */

import { eventWords, showWords } from "./words.js";

const ZONE = "Europe/Helsinki";

export class Log {
  #list;
  #words;
  #told;
  #language;
  #me;
  #day;
  #people;
  #othersSeen;
  #lastOwn = 0;

  /* list: the <ol>. words(key): a text of the page. told(key): the words of an event, or undefined. people: names by participant. handlers: {retry(id), edit(id)}. */
  constructor({ list, words, told, people, me, language, othersSeen, handlers }) {
    this.#list = list;
    this.#words = words;
    this.#told = told;
    this.#people = people;
    this.#me = me;
    this.#language = language;
    this.#othersSeen = othersSeen;
    this.handlers = handlers;
    this.#day = [...list.querySelectorAll("[data-day]")].at(-1)?.dataset.day ?? "";
    this.#lastOwn = Number([...list.querySelectorAll(".nl-msg-me[data-seq]")].at(-1)?.dataset.seq ?? 0);
  }

  /* Add an event; returns {side, name, words} when it says something to the resident. */
  add(event) {
    const line = this.#read(event);
    if (!line) return null;
    this.#list.querySelector(`[data-pending="${CSS.escape(event.client_id ?? "-")}"]`)?.remove();
    this.#separate(event.at);
    const item = line.side === "portal" ? this.#notice(line, event) : this.#message(line, event.at);
    item.dataset.seq = event.seq;
    this.#insert(item);
    if (line.side === "me") {
      this.#lastOwn = event.seq;
      this.#showState(item);
    }
    return line;
  }

  /* Words of an earlier message were hidden: its new text stands in its place. */
  redact({ payload, body }) {
    const words = this.#list.querySelector(`.nl-msg[data-seq="${Number(payload.seq)}"] .nl-msg-words`);
    if (words) showWords(words, body);
  }

  /* Her own message that is not acknowledged yet, or could not be sent. */
  showPending({ id, body, state, code, text }) {
    let item = this.#list.querySelector(`[data-pending="${CSS.escape(id)}"]`);
    if (!item && state === "sent") return;
    if (!item) {
      item = this.#message({ side: "me", name: this.#words("you"), words: body }, null);
      item.dataset.pending = id;
      item.append(document.createElement("div"));
      this.#list.append(item);
    }
    item.classList.toggle("nl-msg-failed", state === "failed");
    const foot = item.lastElementChild;
    foot.className = "nl-msg-way";
    if (state !== "failed") {
      foot.textContent = this.#words(state);
      return;
    }
    const words = document.createElement("p");
    words.setAttribute("role", "alert");
    words.textContent = [this.#words("failed"), text].filter(Boolean).join(": ");
    foot.replaceChildren(words, this.#button("retry", id), this.#button("edit", id));
    item.dataset.code = code;
  }

  removePending(id) {
    this.#list.querySelector(`[data-pending="${CSS.escape(id)}"]`)?.remove();
  }

  clear() {
    for (const item of [...this.#list.children]) if (!item.dataset.pending) item.remove();
    this.#day = "";
    this.#lastOwn = 0;
  }

  /* The others have seen everything up to this number. */
  seenByOthers(seq) {
    this.#othersSeen = Math.max(seq, this.#othersSeen);
    this.#showState();
  }

  get last() {
    return this.#list.lastElementChild;
  }

  #read({ kind, participant, body, payload }) {
    if ((kind === "claimed" || kind === "transferred") && participant) this.#people.set(participant, payload.name ?? "");
    const name = payload.name || this.#people.get(participant) || "";
    if (kind === "message") {
      const own = participant === this.#me;
      return { side: own ? "me" : "them", name: own ? this.#words("you") : name, words: body };
    }
    const words = eventWords({ kind, body, payload }, this.#told, { name, language: this.#language });
    return words ? { side: "portal", name: "", words } : null;
  }

  #message({ side, name, words }, at) {
    const item = element("li", `nl-msg nl-msg-${side}`);
    const head = element("p", "nl-msg-head");
    head.append(element("span", "nl-msg-name", name), " ");
    if (at) head.append(this.#time(at));
    const body = element("p", "nl-msg-words");
    body.dir = "auto";
    showWords(body, words);
    item.append(head, body);
    return item;
  }

  #notice({ words }, { at }) {
    const item = element("li", "nl-log-notice");
    item.append(element("span", "", words), " ", this.#time(at));
    return item;
  }

  #time(at) {
    const parts = new Intl.DateTimeFormat("en-GB", { hour: "numeric", minute: "2-digit", timeZone: ZONE }).formatToParts(new Date(at));
    const part = (type) => parts.find((each) => each.type === type).value;
    const time = element("time", "", `${Number(part("hour"))}${this.#language === "en" ? ":" : "."}${part("minute")}`);
    time.dateTime = at;
    return time;
  }

  /* A line between days. */
  #separate(at) {
    const day = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(new Date(at));
    if (day === this.#day) return;
    this.#day = day;
    const today = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(new Date());
    const long = new Intl.DateTimeFormat(this.#language, { weekday: "short", day: "numeric", month: "numeric", timeZone: ZONE });
    const item = element("li", "nl-log-day");
    item.dataset.day = day;
    item.append(element("span", "", day === today ? this.#words("today") : long.format(new Date(at))));
    this.#insert(item);
  }

  /* What is in the log stands before what is on its way. */
  #insert(item) {
    this.#list.insertBefore(item, this.#list.querySelector("[data-pending]"));
  }

  /* Sent or read, beneath her last message only. */
  #showState(after) {
    let state = this.#list.querySelector("[data-part=last-state]");
    if (!this.#lastOwn) return;
    if (!state) {
      state = element("li", "nl-msg-state");
      state.dataset.part = "last-state";
    }
    if (after) after.after(state);
    state.textContent = this.#words(this.#othersSeen >= this.#lastOwn ? "read" : "sent");
  }

  #button(what, id) {
    const button = element("button", "btn btn-outline-primary nl-btn-small", this.#words(what));
    button.type = "button";
    button.addEventListener("click", () => this.handlers[what](id));
    return button;
  }
}

function element(tag, className = "", words = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (words) made.textContent = words;
  return made;
}
