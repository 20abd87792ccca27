/* <wait-clock since="2026-11-21T10:00:00+00:00">: how long something has lasted, ticking by the server's clock.
   With unit="minute" it counts whole minutes. */

let ahead = 0;
let words = { day: "d", hour: "h", minute: "min" };
const clocks = new Set();

/* Tells the clocks what time it is at the server, and the short words for days, hours and minutes. */
export function setClock(now, { day, hour, minute }) {
  ahead = new Date(now).getTime() - Date.now();
  words = { day, hour, minute };
}

/* Seconds since an instant, by the server's clock. */
export function secondsSince(at) {
  return Math.max(0, (Date.now() + ahead - new Date(at).getTime()) / 1000);
}

export function duration(seconds, { minutes = false } = {}) {
  const whole = Math.floor(seconds);
  const days = Math.floor(whole / 86400);
  const hours = Math.floor((whole % 86400) / 3600);
  const rest = Math.floor((whole % 3600) / 60);
  if (days) return `${days} ${words.day} ${hours} ${words.hour}`;
  if (hours) return `${hours} ${words.hour} ${rest} ${words.minute}`;
  if (minutes) return rest ? `${rest} ${words.minute}` : `< 1 ${words.minute}`;
  return `${rest}:${String(whole % 60).padStart(2, "0")}`;
}

const parts = new Intl.DateTimeFormat("fi", { hour: "numeric", minute: "2-digit", hourCycle: "h23", timeZone: "Europe/Helsinki" });

/* The time of day of an instant, as the page's language writes it. */
export function clockTime(at) {
  const found = Object.fromEntries(parts.formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
  return `${found.hour}${document.documentElement.lang === "en" ? ":" : "."}${found.minute}`;
}

export class WaitClock extends HTMLElement {
  static observedAttributes = ["since"];

  connectedCallback() {
    clocks.add(this);
    this.show();
  }

  disconnectedCallback() {
    clocks.delete(this);
  }

  attributeChangedCallback() {
    this.show();
  }

  show() {
    const since = this.getAttribute("since");
    if (!this.isConnected || !since) return;
    const text = duration(secondsSince(since), { minutes: this.getAttribute("unit") === "minute" });
    if (this.textContent !== text) this.textContent = text;
  }
}

customElements.define("wait-clock", WaitClock);
setInterval(() => { for (const clock of clocks) clock.show(); }, 1000);
