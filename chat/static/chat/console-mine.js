/* <console-mine>: the responder's own conversations, those first that she took first. */

import { arrange, dayOf, pick, put, sayMedium, show, slot, stamp, titles } from "./slots.js";

export class ConsoleMine extends HTMLElement {
  connectedCallback() {
    this.template = this.querySelector(":scope > template");
    this.rows = slot(this, "rows");
  }

  get ids() {
    return [...this.rows.children].map((row) => row.dataset.conversation);
  }

  /* Shows her own conversations; returns how many have something unread, and whether more than before. */
  showMine(conversations, { words, language, url, visible }) {
    arrange(this.rows, conversations, "conversation", (row) => {
      const item = stamp(this.template);
      item.dataset.conversation = row.conversation;
      item.querySelector("a").href = url(row.conversation);
      return item;
    });
    let unread = 0;
    for (const [number, row] of conversations.entries()) {
      const item = this.rows.children[number];
      const isSeen = visible.has(row.conversation);
      const ended = row.state === "ended";
      const count = isSeen || ended ? 0 : row.unread;
      unread += count;
      put(item, "title", titles(row, words, language).join(" · "));
      put(item, "place", pick(row.service, language));
      put(item, "language", words.languages[row.language] ?? row.language);
      put(item, "number", String(count));
      show(item, "unread", count > 0);
      show(item, "form", row.medium !== "chat");
      sayMedium(item, row.medium);
      put(item, "due", dayOf(row.answer_due_at));
      show(item, "away", row.away && !ended);
      show(item, "ended", ended);
      show(item, "test", row.test ?? false);
      show(item, "flag", Boolean(row.flag));
      show(item, "last", !ended);
      item.querySelector("wait-clock").setAttribute("since", row.last_message_at ?? row.accepted_at ?? row.queued_at);
      item.classList.toggle("is-unread", count > 0);
      item.classList.toggle("is-ended", ended);
    }
    put(this, "count", String(conversations.length));
    show(this, "empty", !conversations.length);
    return unread;
  }

  mark(visible) {
    for (const row of this.rows.children) {
      const link = row.querySelector("a");
      if (visible.has(row.dataset.conversation)) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  focusRow(conversation) {
    const row = [...this.rows.children].find((item) => item.dataset.conversation === conversation) ?? this.rows.firstElementChild;
    row?.querySelector("a")?.focus();
    return Boolean(row);
  }
}

customElements.define("console-mine", ConsoleMine);
