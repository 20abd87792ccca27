/* How far one conversation has got in this client. */

const WINDOW_LEFT = 48;
const SEEN_MS = 1500;

export class Line {
  toldAt = 0; // when the server was last told
  lacked = false; // at the last beat the server had more than we
  asked = false; // the missing events were asked for

  constructor(all = 0, staff = 0) {
    this.all = all; // told to the page
    this.staff = staff;
    this.shown = [0, 0]; // seen by the person
    this.told = [0, 0]; // told to the server as seen
    this.window = [all, staff]; // from where the server counts its window of unseen events
  }

  /* Takes the event if it is the next one: "next", "old", or "gap" when something before it is missing. */
  take({ audience, seq }) {
    if (seq <= this[audience]) return "old";
    if (seq > this[audience] + 1) return "gap";
    this[audience] = seq;
    this.asked = false;
    return "next";
  }

  /* The person has seen everything up to these numbers. */
  show(all, staff) {
    this.shown = [Math.max(this.shown[0], Math.min(all, this.all)), Math.max(this.shown[1], Math.min(staff, this.staff))];
  }

  /* The numbers to be told to the server as seen now, or null. A long log is acknowledged on the way, for the server stops at
     its window; what the person sees is told at most every second and a half. */
  due(now) {
    const full = this.all - this.window[0] >= WINDOW_LEFT || this.staff - this.window[1] >= WINDOW_LEFT;
    const [all, staff] = full ? [this.all, this.staff] : this.shown;
    const news = all > this.told[0] || staff > this.told[1];
    if (!full && !(news && now - this.toldAt >= SEEN_MS)) return null;
    this.told = [Math.max(all, this.told[0]), Math.max(staff, this.told[1])];
    this.window = this.told.map((number, i) => Math.max(number, this.window[i]));
    this.toldAt = now;
    return this.told;
  }

  /* A beat of the server told its heads: true when we lack the same as at the beat before, so that something was lost. */
  lost([all, staff]) {
    const lacks = all > this.all || staff > this.staff;
    const lost = lacks && this.lacked;
    this.lacked = lacks;
    return lost;
  }

  /* After a hello the server counts from what we have, and what we told it before may not have arrived. */
  greeted() {
    this.asked = false;
    this.toldAt = 0;
    this.told = [0, 0];
    this.window = [this.all, this.staff];
  }
}
