/* The resident's composer: what she is writing, which stays until it is sent. */

import { CodeGuard } from "./code-guard.js";
import { hasWords, lengthOf } from "./protocol.js";

const TYPING_MS = 4000;
const COUNT_FROM = 400;
const DOUBLE_MS = 800;
const GROWS = CSS.supports("field-sizing", "content"); // by the stylesheet alone

export class Composer {
  #form;
  #area;
  #part;
  #words;
  #guard;
  #typingTimer = 0;
  #sentAt = -Infinity; // nothing sent yet

  /* form: the element; part(name): a marked part of the chat; words(key, values); onSend(text), onTyping(on), onLeave(). */
  constructor({ form, part, words, limit, onSend, onTyping, onLeave }) {
    Object.assign(this, { limit, onSend, onTyping, onLeave });
    this.#form = form;
    this.#area = form.elements.body;
    this.#part = part;
    this.#words = words;
    part("refresh").hidden = true;
    const fine = matchMedia("(hover: hover) and (pointer: fine)").matches;
    part("enter").hidden = !fine;
    form.addEventListener("submit", (event) => this.#submitted(event));
    this.#area.addEventListener("input", () => this.#changed());
    this.#area.addEventListener("keydown", (event) => this.#pressed(event, fine));
    this.#guard = new CodeGuard({ box: form.querySelector("[data-codes]"), field: this.#area, send: () => this.#send() });
    if (!GROWS) this.#area.rows = 1;
    this.#count();
  }

  get text() {
    return this.#area.value;
  }

  get isEmpty() {
    return !hasWords(this.#area.value);
  }

  /* Words come back to be edited, after whatever is there already. */
  takeBack(text) {
    this.#area.value = [this.#area.value.trimEnd(), text].filter(Boolean).join("\n");
    this.#count();
    this.#area.focus();
  }

  focus() {
    this.#area.focus();
  }

  /* Nothing can be sent any more; what is written can still be copied. */
  block() {
    this.#stopTyping();
    this.#guard.clear();
    this.#form.querySelector(".nl-composer-send").disabled = true;
  }

  /* The conversation has ended. */
  close() {
    this.block();
    this.#form.hidden = this.isEmpty;
  }

  #submitted(event) {
    if ("plain" in (event.submitter?.dataset ?? {})) return; // a button that takes what is written to another page
    event.preventDefault();
    if (event.submitter === this.#part("leave")) this.onLeave();
    else this.#send();
  }

  #pressed(event, fine) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !fine) return;
    if (!this.#part("enter").querySelector("input").checked) return;
    event.preventDefault();
    this.#send();
  }

  #send() {
    const text = this.#area.value;
    const over = lengthOf(text.trim()) - this.limit;
    if (!hasWords(text)) {
      // The second press of a double click finds an empty field: that is no mistake.
      if (performance.now() - this.#sentAt > DOUBLE_MS) this.#say(this.#words("empty"));
    } else if (over > 0) {
      this.#say(this.#words("too_long", { n: over }));
    } else if (this.#guard.holds(text)) {
      return; // told, with the choice of taking it away
    } else if (!this.#form.querySelector(".nl-composer-send").disabled) {
      this.#sentAt = performance.now();
      this.#area.value = "";
      this.#changed();
      this.#stopTyping();
      this.onSend(text);
    }
    this.#area.focus();
  }

  #say(words) {
    this.#part("error").textContent = words;
    this.#area.toggleAttribute("aria-invalid", Boolean(words));
    if (words) this.#area.setAttribute("aria-invalid", "true");
  }

  #changed() {
    this.#say("");
    this.#count();
    if (this.isEmpty) {
      this.#stopTyping();
      return;
    }
    if (!this.#typingTimer) this.onTyping(true);
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => this.#stopTyping(), TYPING_MS);
  }

  #stopTyping() {
    if (!this.#typingTimer) return;
    clearTimeout(this.#typingTimer);
    this.#typingTimer = 0;
    this.onTyping(false);
  }

  #count() {
    const left = this.limit - lengthOf(this.#area.value.trim());
    const words = left < 0 ? this.#words("too_long", { n: -left }) : left <= COUNT_FROM ? this.#words("many_left", { n: left }) : "";
    this.#part("count").textContent = words;
    if (GROWS) return;
    this.#area.style.height = "auto";
    this.#area.style.height = `${this.#area.scrollHeight + this.#area.offsetHeight - this.#area.clientHeight}px`;
  }
}
