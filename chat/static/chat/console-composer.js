/* <console-composer>: the field for a message to the resident or a note for the staff. Its words live here only. */

import { CodeGuard } from "./code-guard.js";
import { GapGuard } from "./gaps.js";
import { hasWords } from "./protocol.js";
import { ReplyPicker } from "./reply-picker.js";

const TYPING_EVERY_MS = 3000;
const TYPING_LASTS_MS = 5000;
const ROWS = 8;

export class ConsoleComposer extends HTMLElement {
  #toldAt = 0;
  #stop = 0;

  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.querySelector("textarea");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.gaps = new GapGuard({ box: this.querySelector("[data-gaps]"), field: this.field });
    if (this.dataset.replies) this.#pick(); // its keys go before those of the field
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    this.field.addEventListener("input", () => this.#changed());
    this.form.addEventListener("change", () => { if (this.audience === "staff") this.#typing(false); });
    this.guard = new CodeGuard({ box: this.querySelector("[data-codes]"), field: this.field, send: () => this.#send() });
    this.#grow();
  }

  get audience() {
    return new FormData(this.form).get("audience") ?? "staff";
  }

  get isDirty() {
    return hasWords(this.field.value);
  }

  /* Between a message and a note; the words stay. */
  turn() {
    const other = this.form.querySelector(`input[name=audience][value="${this.audience === "all" ? "staff" : "all"}"]`);
    if (!other || other.disabled) return;
    other.checked = true;
    other.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /* The conversation has ended: only notes are left. What was being written to the resident stays to be copied. */
  notesOnly() {
    this.dataset.notesOnly = "";
    const [all, staff] = ["all", "staff"].map((value) => this.form.querySelector(`input[name=audience][value=${value}]`));
    all.checked = false;
    all.disabled = true;
    all.closest("label").hidden = true;
    staff.checked = true;
  }

  /* Words come back to be edited; what stands in the field stays. */
  giveBack(words) {
    this.field.value = this.field.value ? `${words}\n${this.field.value}` : words;
    this.#grow();
    this.field.focus();
  }

  /* Nothing can be sent any more; the words stay to be copied. */
  stop() {
    this.field.readOnly = true;
    this.guard.clear();
    for (const button of this.querySelectorAll("button, input")) button.disabled = true;
  }

  #pick() {
    this.picker = new ReplyPicker({
      box: this.querySelector("[data-picker]"), said: this.querySelector("[data-picker-said]"), field: this.field, gaps: this.gaps,
      url: this.dataset.replies, usedUrl: this.dataset.used,
    });
  }

  #send() {
    if (!this.isDirty || this.field.readOnly) return;
    if (this.audience === "all" && this.gaps.holds(this.field.value)) return;
    if (this.guard.holds(this.field.value)) return;
    this.dispatchEvent(new CustomEvent("composed", { bubbles: true, detail: { body: this.field.value, audience: this.audience } }));
    this.guard.sent(this.field.value);
    this.picker?.sent();
    this.field.value = "";
    this.querySelector(".nlc-refused")?.remove();
    this.#grow();
    this.#typing(false);
    this.field.focus();
  }

  #changed() {
    this.#grow();
    if (this.audience === "all") this.#typing(this.isDirty);
  }

  #typing(on) {
    clearTimeout(this.#stop);
    if (on) {
      this.#stop = setTimeout(() => this.#typing(false), TYPING_LASTS_MS);
      if (Date.now() - this.#toldAt < TYPING_EVERY_MS) return;
    } else if (!this.#toldAt) return;
    this.#toldAt = on ? Date.now() : 0;
    this.dispatchEvent(new CustomEvent("typing", { bubbles: true, detail: { on } }));
  }

  #grow() {
    const lines = this.field.value.split("\n").reduce((sum, line) => sum + 1 + Math.floor(line.length / 70), 0);
    this.field.rows = Math.min(ROWS, Math.max(2, lines));
  }
}

customElements.define("console-composer", ConsoleComposer);
