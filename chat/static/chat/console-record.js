/* <console-record>: the text for the client record, asked from the server when it is wanted, and copied. When the text comes the focus
   goes to it only if she has not gone on to something else meanwhile. */

import { send } from "./doors.js";
import { slot } from "./slots.js";

export class ConsoleRecord extends HTMLElement {
  connectedCallback() {
    this.details = this.querySelector("details");
    this.form = this.querySelector("form");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.make();
    });
    this.addEventListener("click", (event) => { if (event.target.closest("[data-act=copy]")) this.#copy(); });
    for (const button of this.querySelectorAll("[data-act=copy]")) button.hidden = false;
  }

  /* Opens the part, makes the text and copies it; the field stays for what was agreed. */
  async make() {
    this.details.open = true;
    const refused = slot(this, "refused");
    const from = document.activeElement;
    refused.hidden = true;
    try {
      const { text } = await send(this.form);
      this.#put(text, from);
    } catch (error) {
      refused.textContent = error.text ?? "";
      refused.hidden = !error.text;
      this.dispatchEvent(new CustomEvent("refused", { bubbles: true, detail: { status: error.status ?? 0, text: error.text ?? "" } }));
    }
  }

  get text() {
    return slot(this, "record-text");
  }

  #put(text, from) {
    const template = slot(this, "record-template");
    template?.replaceWith(template.content);
    this.querySelector("[data-act=copy]").hidden = false;
    this.text.value = text;
    this.text.defaultValue = text;
    for (const box of this.form.querySelectorAll("[type=checkbox]")) box.defaultChecked = box.checked;
    slot(this, "copied").textContent = "";
    const { activeElement } = document;
    if (activeElement === from || activeElement === document.body || this.contains(activeElement)) this.text.focus();
  }

  async #copy() {
    const told = slot(this, "copied");
    const { text } = this;
    text.defaultValue = text.value; // it has been taken: nothing here is unsent
    try {
      await navigator.clipboard.writeText(text.value);
      told.textContent = told.dataset.copied;
    } catch {
      text.focus();
      text.select();
      told.textContent = told.dataset.byHand;
    }
  }
}

customElements.define("console-record", ConsoleRecord);
