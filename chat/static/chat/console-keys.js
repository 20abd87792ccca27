/* The keys of the console's commands, as the person has them. Only function keys, never with Alt: Ctrl+Alt is AltGr on a Finnish
   keyboard and writes @ and €. chat/keys.py has the same rule. */

const MODIFIERS = [["ctrlKey", "Ctrl+"], ["shiftKey", "Shift+"]];

export class Keys {
  on = true;
  #commands = new Map(); // key → command

  set({ keys, keys_on }) {
    this.on = keys_on;
    this.bound = keys;
    this.#commands = new Map(Object.entries(keys).filter(([, key]) => key).map(([command, key]) => [key, command]));
  }

  /* The command of a keydown, or undefined. */
  command(event) {
    if (!this.on || event.altKey || event.metaKey || event.isComposing || event.getModifierState?.("AltGraph")) return undefined;
    if (!/^F\d{1,2}$/.test(event.key)) return undefined;
    return this.#commands.get(MODIFIERS.map(([flag, name]) => (event[flag] ? name : "")).join("") + event.key);
  }

  /* Shows the keys where a part of the page tells them, to eyes and to screen readers. */
  show(root) {
    for (const place of root.querySelectorAll("[data-key]")) {
      const key = this.on ? this.bound[place.dataset.key] ?? "" : "";
      if (place.textContent !== key) place.textContent = key;
      place.hidden = !key;
      const owner = place.closest("button, summary, label");
      if (owner?.matches("label")) continue;
      if (key) owner?.setAttribute("aria-keyshortcuts", key.replace("Ctrl", "Control"));
      else owner?.removeAttribute("aria-keyshortcuts");
    }
  }
}
