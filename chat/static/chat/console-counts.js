/* What is always in view: how many wait, the longest wait, what is unread, what is offered to her, who asks for her; in the page, its
   title and its mark. */

import { slot } from "./slots.js";

export class Counts {
  waiting = 0;
  unread = 0;
  offers = 0;
  calls = 0;
  told = 0;

  constructor(root) {
    this.root = root;
    this.title = document.title;
    this.icon = document.querySelector("link[rel=icon]");
    this.icons = [this.icon?.href, root.dataset.iconCalls];
  }

  /* The lines: how many may be taken, how many wait in all, since when the longest. */
  showLine({ count, total, longest }) {
    this.waiting = count;
    this.#put("count-waiting", total);
    for (const place of this.#all("count-longest")) {
      place.hidden = !longest;
      place.querySelector("wait-clock").setAttribute("since", longest);
    }
    this.#mark();
  }

  /* Her own conversations; whether there is more than before. */
  showUnread(unread) {
    const isMore = unread > this.unread;
    this.unread = unread;
    this.#put("count-unread", unread);
    for (const place of this.#all("count-unread")) place.parentElement.classList.toggle("is-some", unread > 0);
    this.#mark();
    return isMore;
  }

  /* How many conversations colleagues offer to her. */
  showOffers(number) {
    this.offers = number;
    for (const place of this.#all("count-offers")) place.hidden = !number;
    this.#put("count-offers-number", number);
    this.#mark();
  }

  /* Conversations of others that ask for her, and how many of them are people whom nobody takes; which of them are more than
     before: "told", "calls" or neither. */
  showCalls(calls, told) {
    const more = moreCalls(this, { calls, told });
    this.calls = calls;
    this.told = told;
    for (const place of this.#all("count-calls")) place.hidden = !calls;
    this.#put("count-calls-number", calls);
    this.#mark();
    return more;
  }

  #all(name) {
    return this.root.querySelectorAll(`[data-slot="${name}"]`);
  }

  #put(name, number) {
    for (const place of this.#all(name)) if (place.textContent !== String(number)) place.textContent = String(number);
  }

  #mark() {
    if (this.icon) this.icon.href = this.icons[Number(this.waiting + this.offers + this.unread + this.calls > 0)];
    const toTake = this.waiting + this.offers;
    document.title = `${this.unread ? "● " : ""}${toTake ? `(${toTake}) ` : ""}${this.title}`;
  }
}

/* Which of those who ask for her are more than before: "told", people whom nobody takes, "calls", others, or neither. */
export function moreCalls(before, now) {
  if (now.told > before.told) return "told";
  return now.calls - now.told > before.calls - before.told ? "calls" : "";
}

const TOLD_MS = 5000; // how long a screen reader may need before what it was told is replaced

const toldAt = new WeakMap();

/* Says something to a screen reader. What was said a moment ago stays before it: a newcomer hides nobody whom no one takes. */
export function tell(root, text) {
  const place = slot(root, "news");
  const isFresh = Date.now() - (toldAt.get(place) ?? 0) < TOLD_MS;
  toldAt.set(place, Date.now());
  if (!isFresh) place.textContent = text;
  else if (!place.textContent.includes(text)) place.append(` ${text}`);
}
