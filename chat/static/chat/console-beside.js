/* <console-beside>: the handbook and the directory beside the conversation in use. Read when it is opened; the conversation and what is
   being written in it stay as they are. On a narrow screen it is a sheet over them, and the focus stays inside until it closes. */

import { Refused, read, send } from "./doors.js";
import { put, slot } from "./slots.js";

const NARROW = matchMedia("(max-width: 63.99rem)");
const NOBODY = "00000000-0000-0000-0000-000000000000";
const WAIT_MS = 300;

export class ConsoleBeside extends HTMLElement {
  #key = ""; // whose conversation it stands beside
  #query = ""; // what is shown: ?q=… or ?luku=…
  #from = null; // where the focus was
  #timer = 0;
  #asked = 0;

  connectedCallback() {
    if (this.field) return;
    this.field = this.querySelector("input[type=search]");
    this.body = slot(this, "beside-body");
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("submit", (event) => this.#submitted(event));
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      this.close();
    });
    this.field.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#search(), WAIT_MS);
    });
    NARROW.addEventListener("change", () => this.#cover());
  }

  get isOpen() {
    return !this.hidden;
  }

  /* By its key: opens; when it is open, goes to it, and from inside it back. */
  toggle(key, whose) {
    if (this.isOpen && this.contains(document.activeElement)) this.close();
    else this.open(key, whose);
  }

  /* Beside this conversation, or beside none. `chapter`: it is read at once. */
  open(key = "", whose = "", chapter = "") {
    if (!this.contains(document.activeElement)) this.#from = document.activeElement;
    const isNew = this.hidden || key !== this.#key || Boolean(chapter);
    this.hidden = false;
    this.closest(".nlc").classList.add("has-beside");
    this.#mark(true);
    this.#cover();
    this.#beside(key, whose);
    if (isNew) this.#show(chapter ? `luku=${encodeURIComponent(chapter)}` : this.#query, { goes: Boolean(chapter) });
    if (!chapter) this.field.focus();
    if (!chapter) this.field.select();
  }

  close() {
    this.hidden = true;
    this.closest(".nlc").classList.remove("has-beside");
    this.#mark(false);
    this.#cover();
    const back = this.#from;
    this.#from = null;
    if (back?.isConnected && back.checkVisibility() && back !== document.body) back.focus({ preventScroll: true });
    else this.dispatchEvent(new CustomEvent("left", { bubbles: true }));
  }

  /* Another conversation is in use now: what is shown is read for that one, and the focus is not moved. */
  follow(key, whose) {
    if (!this.isOpen || key === this.#key) return;
    this.#beside(key, whose);
    this.#show(this.#query);
  }

  #beside(key, whose) {
    this.#key = key;
    const place = slot(this, "whose");
    place.hidden = !whose;
    place.textContent = place.dataset.words.replace("{who}", whose);
  }

  get #url() {
    return this.#key ? this.dataset.url.replace(NOBODY, this.#key) : this.dataset.home;
  }

  #search() {
    const words = this.field.value.trim();
    this.#show(words ? `q=${encodeURIComponent(words)}` : "");
  }

  /* `goes`: she went on to it, so the focus goes to its head. */
  async #show(query, { goes = false } = {}) {
    clearTimeout(this.#timer); // a search that still waits would take what she went on to away
    this.#query = query;
    const asked = ++this.#asked;
    this.body.setAttribute("aria-busy", "true");
    try {
      const page = await read(`${this.#url}?osa=1${query ? `&${query}` : ""}`);
      if (asked !== this.#asked) return;
      const found = document.importNode(page.body.firstElementChild, true);
      this.body.replaceChildren(found);
      this.body.scrollTop = 0;
      put(this, "beside-count", found.dataset.count);
      for (const link of found.querySelectorAll("a[href]:not(.nlc-beside-in)")) if (!this.#chapterOf(link) && !link.getAttribute("href").startsWith("#")) link.target = "_blank";
      if (goes) (found.querySelector(".nlc-beside-title") ?? this.field).focus();
    } catch (error) {
      if (asked !== this.#asked) return;
      const where = new URLSearchParams(query);
      if (error instanceof Refused && error.status === 404 && where.has("luku")) {
        this.#refused({ status: 404, text: this.dataset.gone });
        this.#show(where.has("q") ? `q=${encodeURIComponent(where.get("q"))}` : "");
        this.field.focus();
        return;
      }
      this.body.textContent = this.dataset.trouble;
      put(this, "beside-count", this.dataset.trouble);
      if (error instanceof Refused && error.status === 401) this.#refused(error);
    }
    this.body.removeAttribute("aria-busy");
  }

  #click(event) {
    if (event.target.closest("[data-act=beside-close]")) {
      this.close();
      return;
    }
    const link = event.target.closest("a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const chapter = this.#chapterOf(link);
    if (!link.matches(".nlc-beside-in") && !chapter) return;
    event.preventDefault();
    this.#show(chapter ? `luku=${encodeURIComponent(chapter)}` : link.getAttribute("href").slice(1), { goes: true });
  }

  /* The chapter that a link of a text leads to, but for the one to the whole page. */
  #chapterOf(link) {
    const before = this.dataset.chapters.slice(0, -2);
    if (!link.closest(".nlc-beside-text") || !link.pathname.startsWith(before) || link.origin !== location.origin) return "";
    return link.getAttribute("href").startsWith("#") ? "" : link.pathname.slice(before.length).split("/")[0];
  }

  async #submitted(event) {
    event.preventDefault();
    const form = event.target;
    if (!form.matches(".nlc-beside-send")) {
      this.#search();
      return;
    }
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    const button = form.querySelector("button");
    try {
      await send(form);
      button.firstChild.textContent = button.dataset.sent;
      button.setAttribute("aria-disabled", "true");
      put(this, "beside-count", button.textContent);
    } catch (error) {
      delete form.dataset.sending;
      this.#refused(error);
      if (error.status !== 409) return;
      // What can't be sent any more doesn't stay here as if it could.
      await this.#show(this.#query);
      this.field.focus();
    }
  }

  #refused(error) {
    this.dispatchEvent(new CustomEvent("refused", { bubbles: true, detail: { status: error.status ?? 0, text: error.text ?? "" } }));
  }

  /* As a sheet it covers the rest, which then takes neither focus nor touch. */
  #cover() {
    const covers = this.isOpen && NARROW.matches;
    for (const part of this.parentElement.children) if (part !== this && !part.matches("dialog, [role=alert], [aria-live], script, template")) part.inert = covers;
    for (const part of document.querySelectorAll(".nl-header, .nl-demo, .nl-skip")) part.inert = covers;
  }

  #mark(open) {
    for (const link of this.closest(".nlc").querySelectorAll(".nlc-beside-open")) link.toggleAttribute("data-open", open);
  }
}

customElements.define("console-beside", ConsoleBeside);
