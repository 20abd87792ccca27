/* <console-ending>: ending a conversation with what came of it, by the mouse or by the number keys. */

import { slot } from "./slots.js";

const NEEDS_REASON = new Set(["R3", "R4", "R5"]); // chat/operations/endings.py has the same

export class ConsoleEnding extends HTMLElement {
  connectedCallback() {
    this.details = this.querySelector("details");
    this.form = this.querySelector("form");
    this.reason = this.form.elements.namedItem("reason");
    for (const button of this.querySelectorAll(".nlc-end-record")) button.hidden = false;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const then = event.submitter?.value ?? "";
      this.dispatchEvent(new CustomEvent("finish", { bubbles: true, detail: { form: this.form, then } }));
    });
    this.form.addEventListener("change", () => this.#needs());
    this.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || !/^[1-9]$/.test(event.key)) return;
      if (event.target.closest("select, textarea, input:not([type=radio])")) return;
      const choice = this.form.querySelectorAll("input[name=outcome]")[Number(event.key) - 1];
      if (!choice || !this.details.open) return;
      event.preventDefault();
      choice.checked = true;
      choice.focus();
      this.#needs();
    });
    this.#needs();
  }

  /* By its key: opens, and once it is open and in use, saves. What is missing is shown by the browser. */
  key() {
    if (this.details.open && this.contains(document.activeElement) && this.form.querySelector("input[name=outcome]:checked")) {
      this.form.requestSubmit(this.querySelector(".nlc-end-button"));
    } else this.open();
  }

  open() {
    this.details.open = true;
    (this.form.querySelector("input[name=outcome]:checked") ?? this.form.querySelector("input[name=outcome]")).focus();
  }

  /* The conversation has ended without her: what is left is its outcome. */
  toCoding() {
    this.form.action = this.form.dataset.codeUrl;
    this.details.open = true;
  }

  refuse(text) {
    const place = slot(this, "end-refused");
    place.hidden = !text;
    place.textContent = text;
  }

  #needs() {
    const outcome = this.form.querySelector("input[name=outcome]:checked")?.value;
    this.reason.required = NEEDS_REASON.has(outcome);
  }
}

customElements.define("console-ending", ConsoleEnding);
