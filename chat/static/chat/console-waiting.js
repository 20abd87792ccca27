/* <console-waiting>: everyone who waits in the responder's queues, longest wait first. */

import { arrange, dayOf, isPast, isToday, pick, place, put, sayMedium, show, slot, stamp, titles } from "./slots.js";
import { clockTime, secondsSince } from "./wait-clock.js";

const AFTER = 1e14; // forms stand after everyone who is at the other end
export const PARTIAL_MS = 1500; // so long the lines that have come wait for the others: a sum of some of them would be a wrong number

export class ConsoleWaiting extends HTMLElement {
  #whole = false; // every line has come
  #since = performance.now();
  #known = null; // who was waiting at the last snapshot

  connectedCallback() {
    this.template = this.querySelector(":scope > template");
    this.token = this.querySelector(":scope > input[name=csrfmiddlewaretoken]");
    this.rows = slot(this, "rows");
  }

  /* Shows the lines; returns how many may be taken, who they are, who has come since the last time, and since when the longest
     has waited. While only some of her lines have come, nothing, and the list that the page was made with stays. */
  showLines(frames, { words, language, limit, takeUrl, targets }) {
    this.#whole ||= frames.length >= targets.size || performance.now() - this.#since >= PARTIAL_MS;
    if (!this.#whole) return null;
    const waiting = merged(frames);
    const shown = waiting.slice(0, limit);
    arrange(this.rows, shown, "conversation", (row) => this.#make(row, takeUrl));
    for (const [number, row] of shown.entries()) this.#fill(this.rows.children[number], row, { words, language, targets });
    put(this, "count", String(waiting.length));
    show(this, "empty", !waiting.length);
    const more = slot(this, "more");
    more.hidden = waiting.length <= shown.length;
    more.textContent = more.dataset.words.replace("{count}", String(waiting.length - shown.length));
    const all = new Set(waiting.map((row) => row.conversation));
    const there = waiting.filter((row) => !row.away && !row.must_identify);
    const newcomers = this.#known === null ? [] : there.filter((row) => !this.#known.has(row.conversation)).map((row) => row.conversation);
    this.#known = all;
    const longest = there.filter((row) => row.medium === "chat").map((row) => row.queued_at).sort()[0] ?? "";
    return { total: waiting.length, count: there.length, here: new Set(there.map((row) => row.conversation)), newcomers, longest };
  }

  #make(row, takeUrl) {
    const item = stamp(this.template);
    item.dataset.conversation = row.conversation;
    const form = item.querySelector("form");
    form.action = takeUrl(row.conversation);
    form.prepend(this.token.cloneNode());
    return item;
  }

  #fill(item, row, { words, language, targets }) {
    const parts = titles(row, words, language);
    put(item, "title", parts.join(" · "));
    const municipality = pick(row.municipality, language);
    put(item, "spoken", [...parts, municipality].filter(Boolean).join(", "));
    put(item, "municipality", municipality);
    show(item, "municipality", Boolean(municipality));
    const came = isToday(row.queued_at) ? clockTime(row.queued_at) : `${clockTime(row.queued_at)} (${dayOf(row.queued_at)})`;
    put(item, "came", came);
    put(item, "spoken-came", came);
    slot(item, "came").dateTime = row.queued_at;
    put(item, "place", place(pick(row.line.service, language), pick(row.line.name, language)));
    put(item, "language", words.languages[row.language] ?? row.language);
    item.querySelector("wait-clock").setAttribute("since", row.queued_at);
    const isForm = row.medium !== "chat";
    const late = isForm ? isPast(row.answer_due_at) : secondsSince(row.queued_at) > (targets.get(row.line.queue) ?? Infinity);
    show(item, "form", isForm);
    sayMedium(item, row.medium);
    put(item, "due", dayOf(row.answer_due_at));
    show(item, "away", row.away);
    show(item, "late", late);
    show(item, "test", row.test);
    show(item, "told", row.told);
    const offered = pick(row.offered, language);
    show(item, "offered", Boolean(offered));
    put(item, "offered-to", offered);
    show(item, "unidentified", row.must_identify);
    item.classList.toggle("is-away", row.away);
    item.classList.toggle("is-late", late);
  }
}

/* The lines as one, by the time of joining, forms after who is here now; inside a line the serving order stays. */
function merged(frames) {
  const lines = frames.map((line) => line.waiting.map((row) => ({ ...row, line, at: Date.parse(row.line_at) + (row.medium !== "chat" ? AFTER : 0) })));
  const all = [];
  const next = lines.map(() => 0);
  for (;;) {
    let first = -1;
    for (let i = 0; i < lines.length; i += 1) {
      if (next[i] < lines[i].length && (first < 0 || lines[i][next[i]].at < lines[first][next[first]].at)) first = i;
    }
    if (first < 0) return all;
    all.push(lines[first][next[first]]);
    next[first] += 1;
  }
}

customElements.define("console-waiting", ConsoleWaiting);
