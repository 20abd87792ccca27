/* <feedback-form>: one question at a time, and each tap is saved at once. Without scripts the form has them all and a button. */

import { CodeGuard } from "./code-guard.js";
import { send } from "./doors.js";
import { lengthOf } from "./protocol.js";

const COUNT_FROM = 400;

export class FeedbackForm extends HTMLElement {
  #saving = Promise.resolve();

  connectedCallback() {
    if (this.form) return;
    this.form = this.querySelector("form");
    this.field = this.form.elements.words;
    this.guard = new CodeGuard({ box: this.form.querySelector("[data-codes]"), field: this.field, send: () => this.form.requestSubmit() });
    this.form.addEventListener("change", (event) => { if (event.target !== this.field) this.#tapped(event.target); });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#finish();
    });
    this.field.addEventListener("input", () => this.#count());
    this.#part("more").querySelector("button").addEventListener("click", () => {
      this.#reveal(3);
      this.form.elements.recommend[0].focus();
    });
    const answered = "answered" in this.dataset || this.#part("error").textContent;
    for (const step of this.querySelectorAll("[data-step]")) step.hidden = !answered;
    this.#part("more").hidden = Boolean(answered);
    this.#count();
  }

  #tapped(field) {
    if (field.name === "satisfaction") this.#reveal(2);
    if (field.name === "recommend") this.#reveal(3);
    this.#save({ words: false, said: this.dataset.saved });
  }

  #finish() {
    if (lengthOf(this.field.value.trim()) > Number(this.dataset.limit) || this.guard.holds(this.field.value)) {
      this.field.focus();
      return;
    }
    const { value } = this.field;
    this.#save({ words: true, said: this.dataset.thanks }).then((isSaved) => { if (isSaved) this.guard.sent(value); });
  }

  /* One after the other, so that the last answer is the one that stands. Her words go only when she sends them. */
  #save({ words, said }) {
    this.#saving = this.#saving.then(async () => {
      this.field.disabled = !words;
      const sent = send(this.form);
      this.field.disabled = false;
      try {
        await sent;
        this.#say(said, "");
        return true;
      } catch (error) {
        this.#say("", error.text ?? this.dataset.trouble);
        return false;
      }
    });
    return this.#saving;
  }

  #say(said, error) {
    this.#part("said").textContent = said;
    this.#part("error").textContent = error;
  }

  #reveal(step) {
    for (const part of this.querySelectorAll("[data-step]")) if (Number(part.dataset.step) <= step) part.hidden = false;
    if (step === 3) this.#part("more").hidden = true;
  }

  #count() {
    const left = Number(this.dataset.limit) - lengthOf(this.field.value.trim());
    const words = left < 0 ? this.dataset.over : left <= COUNT_FROM ? this.dataset.left : "";
    this.#part("count").textContent = words.replace("{n}", String(Math.abs(left)));
  }

  #part(name) {
    return this.querySelector(`[data-part=feedback-${name}]`);
  }
}

customElements.define("feedback-form", FeedbackForm);
