/* <console-hiding>: asks what of a message is hidden, and hides it. The link in the message works without scripts too. */

import { send } from "./doors.js";
import { put, show, slot } from "./slots.js";

export class ConsoleHiding extends HTMLElement {
  connectedCallback() {
    if (this.dialog) return;
    this.dialog = this.querySelector("dialog");
    this.form = this.querySelector("form");
    const { words, how } = this.form.elements;
    this.closest("[data-conversation]").addEventListener("click", (event) => {
      const link = event.target.closest("a[data-act=hide]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#ask(link);
    });
    words.addEventListener("input", () => { how.value = words.value ? "some" : how.value; });
    this.querySelector("[data-act=hide-no]").addEventListener("click", () => this.dialog.close());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#hide();
    });
  }

  /* What is selected in the message is offered as the words to be hidden. */
  #ask(link) {
    const message = link.closest("[data-seq]");
    const { elements } = this.form;
    const body = slot(message, "body");
    const selection = getSelection();
    const selected = selection.rangeCount && body.contains(selection.anchorNode) && body.contains(selection.focusNode) ? selection.toString() : "";
    elements.audience.value = message.dataset.audience;
    elements.seq.value = message.dataset.seq;
    elements.words.value = selected.trim();
    elements.how.value = elements.words.value ? "some" : "whole";
    put(this, "quote", body.textContent);
    this.#refuse("");
    this.dialog.showModal();
    (elements.words.value ? elements.words : elements.how[0]).focus();
  }

  async #hide() {
    if (this.form.dataset.sending) return;
    this.form.dataset.sending = "1";
    try {
      await send(this.form);
      this.dialog.close();
    } catch (error) {
      if (error.text) this.#refuse(error.text);
      else {
        this.dialog.close();
        this.dispatchEvent(new CustomEvent("refused", { bubbles: true, detail: { status: error.status ?? 0, text: "" } }));
      }
    }
    delete this.form.dataset.sending;
  }

  #refuse(text) {
    put(this, "hide-refused", text);
    show(this, "hide-refused", Boolean(text));
  }
}

customElements.define("console-hiding", ConsoleHiding);
