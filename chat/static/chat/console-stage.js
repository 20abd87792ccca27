/* The stage of the console: the conversations that are open, which of them are shown beside each other, and the page's address. */

import { slot } from "./slots.js";

const WIDE = matchMedia("(min-width: 64rem)");
const COLUMN_PX = 400; // a conversation narrower than this is no longer good to read

export class Stage {
  #console;
  #place;
  #recent = []; // open conversations, the one in use first

  constructor(console) {
    this.#console = console;
    this.#place = slot(console, "stage");
    new ResizeObserver(() => this.arrange()).observe(this.#place);
  }

  get panels() {
    return [...this.#place.querySelectorAll("console-conversation")];
  }

  /* The conversation in use. */
  get current() {
    const focused = document.activeElement?.closest("console-conversation");
    return focused ?? this.panel(this.#recent[0]);
  }

  panel(key) {
    return this.panels.find((panel) => panel.key === key);
  }

  /* Open a conversation, or go to it when it is open. */
  async open(key, { why = "" } = {}) {
    const field = this.leave(key);
    const panel = await this.#bring(key, why);
    if (!panel) return void field?.focus();
    this.#use(key);
    panel.focusText();
  }

  /* Until another conversation is here, nothing that she types may go to the resident to whom she was writing. Returns the field. */
  leave(key = "") {
    const field = document.activeElement?.closest("console-composer") ? document.activeElement : null;
    if (!field || field.closest("console-conversation").key === key) return null;
    field.blur();
    return field;
  }

  /* The conversation's panel, read from the server unless it is here and hers. */
  async #bring(key, why = "") {
    const kept = this.panel(key);
    if (kept?.isMine || kept?.isDirty) return kept;
    const part = await this.#console.run(() => this.#console.doors.part(this.#console.url(key), why));
    const here = this.panel(key);
    if (!part || here?.isMine) return here?.isMine ? here : null;
    if (here) this.#console.connection.unfollow(key);
    if (here) here.replaceWith(part);
    else this.#place.append(part);
    this.join(part);
    return part;
  }

  /* At the start: her own conversations take the places beside the one that is open. */
  async fill(active) {
    for (const key of active) {
      if (this.#room() < 2 || this.panels.length >= this.#room()) break;
      if (!this.panel(key)) await this.#bring(key);
    }
    this.arrange();
  }

  join(panel) {
    const { words, templates, settings } = this.#console;
    panel.join(this.#console, { words, templates });
    panel.addEventListener("finish", ({ detail }) => this.#console.finish(panel, detail));
    panel.addEventListener("focusin", () => { if (this.#recent[0] !== panel.key) this.#use(panel.key); });
    panel.querySelector("[data-act=close]").addEventListener("click", () => this.putAside(panel));
    if (!this.#recent.includes(panel.key)) this.#recent.push(panel.key);
    settings.keys.show(panel);
  }

  /* The conversation has gone on to somebody else: what may still be read takes the place of her panel, which
     else goes. */
  async renew(panel) {
    const part = await this.#console.doors.part(this.#console.url(panel.key));
    if (!part.querySelector("console-log")) { // it waits in a line, and there is nothing to read
      this.putAside(panel, { isDone: true });
      return;
    }
    const wasThere = panel.contains(document.activeElement);
    this.#console.connection.unfollow(panel.key);
    panel.replaceWith(part);
    this.join(part);
    this.arrange();
    if (wasThere) part.focusText();
  }

  /* The conversation after (1) or before (-1) the one in use, of these. */
  next(ids, step) {
    if (!ids.length) return;
    const at = ids.indexOf(this.#recent[0]);
    this.open(ids[(at + step + ids.length) % ids.length]);
  }

  get inUse() {
    return this.#recent[0];
  }

  #use(key) {
    this.#recent = [key, ...this.#recent.filter((other) => other !== key)];
    this.#console.dataset.view = "conversation";
    this.arrange();
    this.#address(this.#console.url(key));
  }

  /* How many conversations stand side by side: as many as she likes and the screen has room for. */
  #room() {
    const fit = WIDE.matches ? Math.floor(this.#place.clientWidth / COLUMN_PX) : 1;
    return Math.max(1, Math.min(this.#console.settings.choices.columns, fit));
  }

  /* As many conversations as there is room for; the others wait behind, as they are. */
  arrange() {
    const shown = new Set(this.#recent.slice(0, this.#room()));
    for (const panel of this.panels) {
      const appears = panel.hidden && shown.has(panel.key);
      panel.hidden = !shown.has(panel.key);
      if (appears) panel.log?.toEnd();
      panel.seen();
    }
    slot(this.#console, "nothing").hidden = shown.size > 0;
    this.#place.dataset.panels = String(shown.size);
    this.#console.shown();
  }

  putAside(panel, { isDone = false } = {}) {
    if (panel.isDirty) {
      this.#console.say(this.#console.words.unsent, true);
      return;
    }
    this.#console.connection.unfollow(panel.key);
    panel.remove();
    this.#recent = this.#recent.filter((key) => key !== panel.key);
    this.arrange();
    const next = this.#recent[0];
    this.#address(next ? this.#console.url(next) : this.#console.dataset.home);
    if (!next) delete this.#console.dataset.view;
    if (next) this.panel(next).focusText();
    else if (isDone || !this.#console.own.focusRow(panel.key)) this.#console.querySelector(".nlc-next button").focus();
  }

  #address(path) {
    if (location.pathname !== path) history.replaceState(null, "", path);
    for (const link of document.querySelectorAll(".nl-languages a[hreflang]")) link.href = path.replace(/^\/\w\w\//, `/${link.hreflang}/`);
  }
}
