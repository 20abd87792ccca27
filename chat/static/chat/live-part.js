/* <live-part data-url="…" data-events="kind kind">: a part of a page that the server makes. Its forms are sent without leaving
   the page, and it is read anew after them, and when one of its kinds of events comes (`heard`), unless she is writing in it.

   Events (bubbling CustomEvent): done {told, form} after a form that was accepted; refused {status, text} after one that was not
   and has no place of its own (data-slot="refused") for the words; shown after it was read anew. A form with
   data-plain leaves the page as ever. */

import { read, send } from "./doors.js";
import { slot } from "./slots.js";

const TOKEN = /<input type="hidden" name="csrfmiddlewaretoken"[^>]*>/g;

export class LivePart extends HTMLElement {
  #busy = false;
  #again = null; // {sent}: it was asked for while it was being read
  #shown = null; // what the server made of it the last time it was read, without the token that is another each time

  connectedCallback() {
    if (this.kinds) return;
    this.kinds = new Set((this.dataset.events ?? "").split(" ").filter(Boolean));
    this.addEventListener("submit", (event) => {
      if ("plain" in event.target.dataset) return;
      event.preventDefault();
      this.#send(event.target, event.submitter);
    });
    this.addEventListener("click", (event) => {
      const head = event.target.closest("summary[data-fresh]");
      if (head && !head.parentElement.open) this.refresh();
    });
  }

  /* An event of the log came: what is shown may be old. */
  heard(kind) {
    if (this.kinds.has(kind)) this.refresh();
  }

  /* She has written or chosen something here that is not sent. */
  get isDirty() {
    return [...this.querySelectorAll("textarea, input, select")].some((field) => {
      if (field.type === "hidden") return false;
      if (field.matches("select")) return [...field.options].some((option) => option.selected !== option.defaultSelected && !isFirst(field, option));
      return field.matches("[type=radio], [type=checkbox]") ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
    });
  }

  /* Read it anew. While she is writing in it only what she sent herself (`sent`, a form) may replace it, and that only as long
     as it stands here: an event may have brought the new part before, and what she has begun in that one is hers. */
  async refresh({ sent = null } = {}) {
    if (!this.#mayReplace(sent)) return;
    if (this.#busy) {
      this.#again = { sent: sent ?? this.#again?.sent ?? null };
      return;
    }
    this.#busy = true;
    try {
      const page = await read(this.dataset.url);
      if (this.isConnected && this.#mayReplace(sent)) this.#show(page);
    } catch {
      // What is shown stays; the next event reads it again.
    }
    this.#busy = false;
    if (this.#again) {
      const again = this.#again;
      this.#again = null;
      this.refresh(again);
    }
  }

  #mayReplace(sent) {
    return !this.isDirty || this.contains(sent);
  }

  async #send(form, button) {
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    this.#refuse(form, "");
    try {
      const told = await send(form, button);
      this.dispatchEvent(new CustomEvent("done", { bubbles: true, detail: { told, form } }));
      await this.refresh({ sent: form });
    } catch (error) {
      if (!this.#refuse(form, error.text ?? "")) {
        this.dispatchEvent(new CustomEvent("refused", { bubbles: true, detail: { status: error.status ?? 0, text: error.text ?? "" } }));
      }
    }
    delete form.dataset.sending;
  }

  #refuse(form, text) {
    const place = slot(form, "refused") ?? slot(this, "refused");
    if (!place) return false;
    place.textContent = text;
    place.hidden = !text;
    return Boolean(text);
  }

  #show(page) {
    const made = page.body.innerHTML.replaceAll(TOKEN, "");
    // Nothing new: a key that she is pressing right now must not miss its button.
    if (made === this.#shown && !this.isDirty) return;
    this.#shown = made;
    const focused = this.contains(document.activeElement) ? document.activeElement : null;
    const opened = new Set([...this.querySelectorAll("details[open][id]")].map((details) => details.id));
    this.replaceChildren(...[...page.body.childNodes].map((node) => document.importNode(node, true)));
    for (const details of this.querySelectorAll("details[id]")) if (opened.has(details.id)) details.open = true;
    this.dispatchEvent(new CustomEvent("shown", { bubbles: true }));
    if (!focused) return;
    const same = focused.id && this.querySelector(`#${CSS.escape(focused.id)}`);
    const next = same || this.querySelector("[data-focus]") || this.querySelector("summary, button, a, input:not([type=hidden]), select, textarea");
    if (next) next.focus({ preventScroll: true });
    else this.dispatchEvent(new CustomEvent("unfocused", { bubbles: true }));
  }
}

function isFirst(field, option) {
  return ![...field.options].some((each) => each.defaultSelected) && option === field.options[0];
}

customElements.define("live-part", LivePart);
