/* Suggests paths under the field while somebody types: plain links, reached by Tab; Esc takes them away and leaves what was typed.
   Without this script the form searches. A slow or refused answer suggests nothing. */

const WAIT_MS = 200;
const LEAST = 2;

class PathSearch extends HTMLElement {
  #timer = 0;
  #asking = null;

  connectedCallback() {
    this.field = this.querySelector("input[type=search]");
    this.list = this.querySelector("[data-part=list]");
    this.status = this.querySelector("[data-part=status]");
    this.field.addEventListener("input", () => this.#typed());
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.list.hidden) return;
      event.preventDefault(); // a search field would empty itself
      this.#show([]);
      this.field.focus();
    });
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    const words = this.field.value.trim();
    if (words.length < LEAST) this.#show([]);
    else this.#timer = setTimeout(() => this.#ask(words), WAIT_MS);
  }

  async #ask(words) {
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const answer = await fetch(`${this.dataset.url}?${new URLSearchParams({ q: words })}`, { signal: asking.signal });
      const found = answer.ok ? (await answer.json()).paths : [];
      if (!asking.signal.aborted) this.#show(found);
    } catch {
      if (!asking.signal.aborted) this.#show([]);
    }
  }

  #show(paths) {
    this.list.replaceChildren(...paths.map(({ url, title, language }) => {
      const link = document.createElement("a");
      link.href = url;
      link.textContent = title;
      if (language !== document.documentElement.lang) link.lang = language;
      const row = document.createElement("li");
      row.append(link);
      return row;
    }));
    this.list.hidden = !paths.length;
    const { one, many } = this.dataset;
    this.status.textContent = paths.length > 1 ? many.replace("{n}", paths.length) : paths.length ? one : "";
  }
}

customElements.define("path-search", PathSearch);
