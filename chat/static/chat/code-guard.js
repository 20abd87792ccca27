/* Holds the first sending of a text with an identity code in it, tells why, and offers to take the code away. The second
   sending goes: the server masks what is in it. One guard for one field; its box is chat/codes_warning.html. */

import { find, without } from "./identity-codes.js";

const DOUBLE_MS = 700;

export class CodeGuard {
  #box;
  #field;
  #told = ""; // the codes that were told of
  #at = 0;

  constructor({ box, field, send }) {
    this.#box = box;
    this.#field = field;
    this.#part("remove").addEventListener("click", () => {
      field.value = without(field.value);
      field.dispatchEvent(new Event("input", { bubbles: true }));
      this.clear();
      field.focus();
    });
    this.#part("send").addEventListener("click", () => {
      this.#at = 0;
      send();
    });
    field.addEventListener("input", () => {
      if (!this.#told || find(field.value).length === 0) this.clear();
    });
  }

  /* Whether this sending must wait for a second one. */
  holds(text) {
    const codes = find(text).map(([start, end]) => text.slice(start, end)).join("\n");
    if (!codes) {
      this.clear();
      return false;
    }
    // The second press of a double click has not read anything yet.
    if (codes === this.#told && performance.now() - this.#at > DOUBLE_MS) {
      this.clear();
      return false;
    }
    if (codes !== this.#told) {
      this.#told = codes;
      this.#at = performance.now();
      this.#say(this.#box.dataset.warning);
      this.#field.setAttribute("aria-invalid", "true");
      this.#part("acts").hidden = false;
    }
    return true;
  }

  /* Tells who sent it that something was masked; until she writes again. */
  sent(text) {
    if (find(text).length) this.#say(this.#box.dataset.sent);
  }

  clear() {
    if (this.#told) this.#field.removeAttribute("aria-invalid");
    this.#told = "";
    this.#part("acts").hidden = true;
    this.#say("");
  }

  #say(words) {
    if (this.#part("words").textContent !== words) this.#part("words").textContent = words;
  }

  #part(name) {
    return this.#box.querySelector(`[data-codes-${name}]`);
  }
}
