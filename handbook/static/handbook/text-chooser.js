/* Chooses what a text names into the text: a press of Add writes it where the cursor was in the field that was used last, in that field's
   language, and brings the person back to the field. Without this script the list is there to be copied from. */

class TextChooser extends HTMLElement {
  #field = null;

  connectedCallback() {
    this.fields = [...document.querySelectorAll(this.dataset.fields)];
    if (!this.fields.length) return;
    this.#field = this.fields[0];
    this.status = this.querySelector("[data-part=status]");
    for (const field of this.fields) field.addEventListener("focus", () => { this.#field = field; });
    for (const hidden of this.querySelectorAll("[data-part=filter], [data-part=with-script], li button")) hidden.hidden = false;
    this.addEventListener("click", (event) => {
      const row = event.target.closest("button")?.closest("li");
      if (row) this.#add(row);
    });
    const words = this.querySelector("input[type=search]");
    words.addEventListener("input", () => this.#narrow(words.value.trim().toLocaleLowerCase()));
    words.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault(); // it would save the text around it
    });
  }

  #add(row) {
    const field = this.#field;
    const code = field.name.slice(-2);
    field.focus();
    field.setRangeText(row.dataset[code] ?? row.dataset.fi, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    this.status.textContent = this.dataset.told.replace("{field}", field.labels[0]?.textContent.trim() ?? field.name);
  }

  #narrow(words) {
    let left = 0;
    for (const section of this.querySelectorAll("section")) {
      let shown = 0;
      for (const row of section.querySelectorAll("li")) {
        row.hidden = Boolean(words) && !row.textContent.toLocaleLowerCase().includes(words);
        if (!row.hidden) shown += 1;
      }
      section.hidden = !shown;
      left += shown;
    }
    this.status.textContent = left ? "" : this.dataset.none;
  }
}

customElements.define("text-chooser", TextChooser);
