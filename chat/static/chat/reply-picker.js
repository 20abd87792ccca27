/* The picker of quick replies: “/” at the beginning of a word opens a list beside the field; the words after it search. The focus
   stays in the field (aria-activedescendant). Enter inserts where the slash stood; nothing is ever sent by it. Esc closes the list
   and leaves what was typed; so does Tab, which goes on from the field: the list scrolls, so it can be focused, but is no stop on the
   way. The list itself comes from the server, filled for this conversation. */

const ASKED = /(?:^|\s)\/([^\n/]{0,40})$/u;
const WAIT_MS = 60;
const FRESH_MS = 20_000;

export class ReplyPicker {
  #items = [];
  #active = -1;
  #from = -1; // where the slash stands, while the list is open
  #left = -1; // where she closed it by Esc
  #timer = 0;
  #asking = null;
  #isReading = false;
  #takeFirst = false; // Enter came before the list
  #first = null; // {at, items}: the list without words, read ahead
  #inserted = [];

  constructor({ box, said, field, gaps, url, usedUrl }) {
    Object.assign(this, { box, said, field, gaps, url, usedUrl });
    this.list = box.querySelector("[role=listbox]");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.list.id);
    field.addEventListener("input", () => this.#typed());
    field.addEventListener("keydown", (event) => this.#key(event));
    field.addEventListener("focus", () => this.#readAhead());
    field.addEventListener("blur", () => this.close());
    field.addEventListener("click", () => { if (this.isOpen && this.#asked()?.from !== this.#from) this.close(); });
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the field
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.#insert(this.#items[Number(option.dataset.at)]);
    });
    if (document.activeElement === field) this.#readAhead();
  }

  get isOpen() {
    return this.#from >= 0;
  }

  close() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#from = -1;
    this.#isReading = this.#takeFirst = false;
    this.box.hidden = true;
    this.list.replaceChildren();
    this.field.removeAttribute("aria-activedescendant");
    this.#say("");
  }

  /* The message was sent: the replies in it are counted, by the reply and by nothing else. */
  sent() {
    const used = this.#inserted;
    this.#inserted = [];
    this.close();
    this.#first = null; // other replies are suggested after it
    if (!used.length) return;
    const body = new URLSearchParams(used.map((id) => ["reply", id]));
    body.append("csrfmiddlewaretoken", this.field.form.elements.csrfmiddlewaretoken.value);
    fetch(this.usedUrl, { method: "POST", body, headers: { Accept: "application/json" }, keepalive: true }).catch(() => {});
  }

  /* What is asked for before the caret: {from, query}. */
  #asked() {
    const { field } = this;
    if (field.readOnly || field.selectionStart !== field.selectionEnd) return null;
    const match = field.value.slice(0, field.selectionStart).match(ASKED);
    if (!match || /^\s/u.test(match[1])) return null;
    return { from: field.selectionStart - match[1].length - 1, query: match[1] };
  }

  #typed() {
    const asked = this.#isForResident() ? this.#asked() : null;
    if (!asked) {
      this.#left = -1;
      if (this.isOpen) this.close();
      return;
    }
    if (asked.from === this.#left) return;
    this.#from = asked.from;
    clearTimeout(this.#timer);
    if (!asked.query && this.#first) {
      this.#show(this.#first.items, "");
      if (performance.now() - this.#first.at < FRESH_MS) return;
    }
    this.#isReading = true;
    this.#timer = setTimeout(() => this.#ask(asked.query), asked.query ? WAIT_MS : 0);
  }

  #isForResident() {
    return new FormData(this.field.form).get("audience") === "all";
  }

  async #ask(query) {
    this.#asking?.abort();
    this.#asking = new AbortController();
    try {
      const items = await this.#read(query, this.#asking.signal);
      if (!query) this.#first = { at: performance.now(), items };
      if (this.isOpen && this.#asked()?.query === query) this.#show(items, query);
    } catch (error) {
      if (error.name === "AbortError" || !this.isOpen) return;
      this.#isReading = this.#takeFirst = false;
      this.box.hidden = true;
      this.#say(this.box.dataset.trouble);
    }
  }

  async #read(query, signal) {
    const answer = await fetch(`${this.url}?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" }, signal, cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).replies;
  }

  /* The first list is there before she asks for it. */
  async #readAhead() {
    if (this.#first && performance.now() - this.#first.at < FRESH_MS) return;
    try {
      this.#first = { at: performance.now(), items: await this.#read("") };
    } catch {
      // It is read when she asks for it.
    }
  }

  #show(items, query) {
    this.#isReading = false;
    this.#items = items;
    this.list.replaceChildren(...items.map((item, at) => this.#option(item, at)));
    this.box.hidden = !items.length;
    this.list.scrollTop = 0;
    this.#choose(items.length ? 0 : -1);
    const { one, count, none } = this.box.dataset;
    this.#say(items.length > 1 ? count.replace("{count}", items.length) : items.length ? one : query ? none : "");
    this.#fit(); // after the words have their line
    if (this.#takeFirst && items.length) this.#insert(items[0]);
    this.#takeFirst = false;
  }

  /* It covers the conversation, and not the buttons above it. */
  #fit() {
    const composer = this.field.closest("console-composer");
    const log = composer.parentElement.querySelector("console-log").getBoundingClientRect();
    this.box.style.setProperty("--nlc-picker-room", `${composer.getBoundingClientRect().top - log.top}px`);
  }

  #option(item, at) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${at}`;
    option.dataset.at = at;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.append(part("nlc-picker-code", item.shortcut), part("nlc-picker-title", item.title, item.title_lang));
    if (item.suggested) option.append(part("nlc-chip", this.box.dataset.suggested));
    if (item.scope === "personal") option.append(part("nlc-chip", this.box.dataset.own));
    if (item.fell_back) option.append(part("nlc-chip nlc-chip-late", this.box.dataset[`in${item.lang[0].toUpperCase()}${item.lang.slice(1)}`]));
    option.append(part("nlc-picker-text", item.text, item.lang));
    return option;
  }

  #choose(at) {
    this.#active = at;
    for (const [number, option] of [...this.list.children].entries()) {
      option.setAttribute("aria-selected", String(number === at));
      if (number !== at) continue;
      this.field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }
    if (at < 0) this.field.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    if (!this.isOpen || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const last = this.#items.length - 1;
    const acts = {
      ArrowDown: () => this.#choose(this.#active >= last ? 0 : this.#active + 1),
      ArrowUp: () => this.#choose(this.#active <= 0 ? last : this.#active - 1),
      Enter: () => this.#enter(),
      Escape: () => {
        this.#left = this.#from;
        this.close();
      },
    };
    if (event.key === "Tab") this.close();
    if (!(event.key in acts) || event.shiftKey || (event.key.startsWith("Arrow") && last < 0)) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // it is neither sent nor anybody else's key
    acts[event.key]();
  }

  /* Before the list has come, Enter waits for it; with an empty list it does nothing. */
  #enter() {
    if (this.#isReading) this.#takeFirst = true;
    else if (this.#active >= 0) this.#insert(this.#items[this.#active]);
  }

  #insert(item) {
    const { field } = this;
    const from = this.#from;
    const end = field.selectionStart;
    const words = item.text + (/^\s/u.test(field.value.slice(end)) ? "" : " ");
    field.focus();
    field.setSelectionRange(from, end);
    // It can be undone like typing; where that is not possible the words are put in all the same.
    if (!document.execCommand("insertText", false, words)) {
      field.setRangeText(words, from, end, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    this.#inserted.push(item.id);
    this.close();
    this.gaps.choose(from);
    if (item.fell_back) this.#say(this.box.dataset.fallback);
  }

  #say(words) {
    if (this.said.textContent !== words) this.said.textContent = words;
  }
}

function part(name, words, language = "") {
  const span = document.createElement("span");
  span.className = name;
  span.textContent = words;
  if (language && language !== document.documentElement.lang) span.lang = language;
  return span;
}
