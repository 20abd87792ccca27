/* <console-settings>: the person's own choices for her console: sound, keys, conversations side by side; and the help of the keys.
   The choices are kept by the server; the whole form opens inside the help. */

import { Alert } from "./console-alert.js";
import { Keys } from "./console-keys.js";
import { read, send } from "./doors.js";
import { slot } from "./slots.js";

export class ConsoleSettings extends HTMLElement {
  alert = new Alert();
  keys = new Keys();

  connectedCallback() {
    this.console = this.closest("responder-console");
    this.dialog = slot(this.console, "help");
    this.sound = this.querySelector("[data-act=sound]");
    this.columnsField = this.querySelector("[data-act=columns]");
    this.hidden = false;
    this.alert.addEventListener("change", () => this.#showSound());
    this.sound.addEventListener("click", () => this.#pressSound());
    this.querySelector("[data-act=test-sound]").addEventListener("click", () => this.#test());
    this.querySelector("[data-act=hush]").addEventListener("click", () => this.alert.hush());
    this.querySelector("[data-act=help]").addEventListener("click", () => this.showHelp());
    this.columnsField.addEventListener("change", () => this.#keep({ columns: this.columnsField.value }));
    this.dialog.querySelector("[data-act=change-settings]").addEventListener("click", () => this.#openForm());
    this.dialog.addEventListener("submit", (event) => this.#save(event));
    this.dialog.addEventListener("close", () => slot(this.dialog, "settings-place").replaceChildren());
    this.console.addEventListener("shown", (event) => { if (event.target.dataset.part === "presence") this.#showPresence(); });
    for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, (event) => this.#used(event), true);
    this.#showPresence();
    this.apply(JSON.parse(document.getElementById("console-settings").textContent));
  }

  get isHelpOpen() {
    return this.dialog.open;
  }

  showHelp() {
    if (!this.dialog.open) this.dialog.showModal();
  }

  /* What is chosen now takes effect on the page. */
  apply(choices) {
    this.choices = choices;
    this.keys.set(choices);
    this.keys.show(this.console);
    this.columnsField.value = String(choices.columns);
    for (const row of this.dialog.querySelectorAll("[data-command]")) {
      const key = choices.keys[row.dataset.command] ?? "";
      row.hidden = !key;
      row.querySelector("kbd").textContent = key;
    }
    slot(this.dialog, "keys-off").hidden = choices.keys_on;
    this.alert.turn(choices.sound);
    this.dispatchEvent(new CustomEvent("chosen", { bubbles: true }));
  }

  /* What she does now decides whether the page may ring. */
  #showPresence() {
    this.alert.keepQuiet(["off", "break"].includes(slot(this.console, "presence-now")?.dataset.kind));
  }

  #showSound() {
    const { state } = this.alert;
    this.sound.dataset.state = state;
    this.sound.textContent = this.sound.dataset[state];
    this.querySelector("[data-act=hush]").hidden = state !== "on" || !this.alert.isCalling;
  }

  /* Whatever she presses lets the page sound; the button itself does its own. */
  #used(event) {
    if (this.alert.state === "blocked" && !this.sound.contains(event.target)) this.alert.allow();
  }

  async #pressSound() {
    if (this.alert.state === "blocked") {
      await this.alert.allow();
      this.alert.sound();
    } else this.#keep({ sound: this.choices.sound ? "0" : "1" });
  }

  /* The test is heard even when the sound is off. */
  async #test() {
    const wasOn = this.choices.sound;
    if (!wasOn) this.alert.turn(true);
    await this.alert.allow();
    this.alert.sound();
    if (!wasOn) this.alert.turn(false);
  }

  /* Keeps one choice. */
  async #keep(part) {
    const form = document.createElement("form");
    form.action = this.dataset.url;
    const token = this.console.querySelector("input[name=csrfmiddlewaretoken]").value;
    for (const [name, value] of Object.entries({ csrfmiddlewaretoken: token, ...part })) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    await this.#send(form, null, (text) => this.console.say(text, true));
  }

  async #openForm() {
    const place = slot(this.dialog, "settings-place");
    try {
      const page = await read(place.dataset.url);
      place.replaceChildren(document.importNode(slot(page, "settings-form"), true));
      place.querySelector("input:not([type=hidden])").focus({ preventScroll: true });
      place.scrollIntoView(); // below the list of keys only its first line would be seen
    } catch (error) {
      this.console.say(error.text ?? this.console.words.trouble, true);
    }
  }

  async #save(event) {
    if (!event.target.matches('[data-slot="settings-form"]')) return;
    event.preventDefault();
    const refused = slot(event.target, "refused");
    refused.hidden = true;
    const done = await this.#send(event.target, event.submitter, (text) => {
      refused.textContent = text;
      refused.hidden = false;
    });
    if (!done) return;
    slot(this.dialog, "settings-place").replaceChildren();
    this.console.say(this.console.words.savedSettings);
    this.dialog.querySelector("[data-act=change-settings]").focus();
  }

  async #send(form, button, refused) {
    try {
      this.apply(await send(form, button, { keepalive: true }));
      return true;
    } catch (error) {
      refused(error.text ?? this.console.words.trouble);
      return false;
    }
  }
}

customElements.define("console-settings", ConsoleSettings);
