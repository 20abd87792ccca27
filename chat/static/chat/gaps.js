/* Gaps: what of a quick reply is left to be filled in, {{like this}}. A message with one is not sent; the server holds it too. */

const GAP = /\{\{\s*([^{}]*?)\s*\}\}/gu;

export class GapGuard {
  #box;
  #field;

  constructor({ box, field }) {
    this.#box = box;
    this.#field = field;
    field.addEventListener("input", () => { if (!this.#box?.hidden) this.#tell(gapsOf(field.value)); });
  }

  /* Whether this sending must wait; goes to the first gap, chosen to be written over. */
  holds(text) {
    const gaps = gapsOf(text);
    this.#tell(gaps);
    if (gaps.length) this.choose(0);
    return gaps.length > 0;
  }

  /* Chooses the first gap from this place on; returns whether there is one. */
  choose(from) {
    const gap = gapsOf(this.#field.value).find(({ start }) => start >= from);
    if (!gap) return false;
    this.#field.focus();
    this.#field.setSelectionRange(gap.start, gap.end);
    return true;
  }

  #tell(gaps) {
    if (!this.#box) return;
    this.#box.hidden = !gaps.length;
    const words = gaps.length ? this.#box.dataset.words.replace("{gaps}", gaps.map((gap) => gap.name).join(", ")) : "";
    if (this.#box.textContent !== words) this.#box.textContent = words;
  }
}

function gapsOf(text) {
  return [...text.matchAll(GAP)].map((match) => ({ start: match.index, end: match.index + match[0].length, name: match[1] }));
}
