/* The waiting room made live: the place and the estimate told calmly, other ways when the wait grows long, and a call when it is
   nearly her turn. Sound and notification are off until she asks for them. */

const NEAR = 2; // places
const MINUTE = 60;
const HOUR = 3600;
const SAY_EVERY_MS = 60_000;
const STEP_SECONDS = 120;
const STEP_SHARE = 0.2;
const TONES = [[660, 0], [880, 0.18]];

export class Waiting {
  #part;
  #words;
  #say;
  #retitle;
  #refresh;
  #position;
  #mark;
  #saidHigh;
  #saidAt = 0;
  #sound = null;

  /* `say(words)`: told to the ear, politely. `retitle()`: the page's title may have changed. `refresh()`: read the room anew. */
  constructor({ part, words, say, retitle, refresh, position, mark, high }) {
    this.#part = part;
    this.#words = words;
    this.#say = say;
    this.#retitle = retitle;
    this.#refresh = refresh;
    this.#position = Number(position) || null;
    this.#mark = mark ?? null;
    this.#saidHigh = Number(high) || null;
    this.call = ""; // what stands before the page's title
    part("calls").hidden = false;
    part("call-note-label").hidden = !("Notification" in window && isSecureContext);
    part("call-sound").addEventListener("change", ({ target }) => this.#sounds(target.checked));
    part("call-note").addEventListener("change", ({ target }) => this.#notes(target));
  }

  /* The line as the server tells it. */
  show({ position, low_seconds: low, high_seconds: high, mark }) {
    const key = position === null ? "unknown" : position === 1 ? "next" : position === 2 ? "one" : "many";
    const words = this.#words(`place:${key}`, { n: position - 1 });
    const place = this.#part("place");
    const told = [];
    if (place.textContent !== words) {
      place.textContent = words;
      told.push(words);
    }
    const estimate = this.#estimate(low, high);
    if (this.#part("estimate").textContent !== estimate) this.#part("estimate").textContent = estimate;
    this.#part("estimate").hidden = !estimate;
    if (estimate && this.#isStep(high)) told.push(estimate);
    if (told.length) this.#say(told.join(". "));
    const near = position !== null && position <= NEAR;
    if (near && (this.#position === null || this.#position > NEAR)) this.#calls("call:soon");
    if (!near && this.call) this.#clear();
    this.#position = position;
    if (this.#mark !== null && mark !== undefined && mark !== this.#mark) this.#refresh();
    this.#mark = mark ?? this.#mark;
  }

  /* A professional has taken her. */
  taken() {
    this.#calls("call:taken");
  }

  /* She has come to look: the title need not call any more. */
  seen() {
    if (this.call) this.#clear();
  }

  #clear() {
    this.call = "";
    this.#retitle();
  }

  #estimate(low, high) {
    if (low === null || low === undefined || high === null) return "";
    const [from, to] = [Math.floor(low / MINUTE), Math.floor(high / MINUTE)];
    const key = low >= HOUR ? "hour" : from === 0 ? (to <= 1 ? "moment" : "under") : from === to ? (from === 1 ? "minute" : "about") : "range";
    return this.#words(`wait:${key}`, { low: from, high: to });
  }

  /* Told to the ear at most once a minute, and only when it has changed by a real step. */
  #isStep(high) {
    const step = this.#saidHigh === null ? Infinity : Math.abs(high - this.#saidHigh);
    const isReal = step >= STEP_SECONDS && step >= (this.#saidHigh ?? 0) * STEP_SHARE;
    if (!isReal || Date.now() - this.#saidAt < SAY_EVERY_MS) return false;
    this.#saidHigh = high;
    this.#saidAt = Date.now();
    return true;
  }

  #calls(key) {
    const words = this.#words(key);
    if (key === "call:soon") this.#say(words); // that she was taken is said by the log
    if (document.hidden || key === "call:soon") {
      this.call = words;
      this.#retitle();
    }
    if (this.#part("call-sound").checked) this.#ring();
    if (this.#part("call-note").checked && document.hidden) this.#notify(words);
  }

  #sounds(on) {
    if (!on) return;
    this.#sound ??= new AudioContext(); // only after she has pressed: a browser allows no sound before
    this.#ring();
  }

  #ring() {
    if (!this.#sound) return;
    this.#sound.resume();
    const start = this.#sound.currentTime;
    for (const [pitch, after] of TONES) {
      const [tone, volume] = [this.#sound.createOscillator(), this.#sound.createGain()];
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.15, start + after);
      volume.gain.exponentialRampToValueAtTime(0.001, start + after + 0.35);
      tone.connect(volume).connect(this.#sound.destination);
      tone.start(start + after);
      tone.stop(start + after + 0.4);
    }
  }

  async #notes(box) {
    if (box.checked && (await Notification.requestPermission()) !== "granted") box.checked = false;
  }

  /* Nothing of the service or the matter: others may see the screen. */
  #notify(words) {
    try {
      const note = new Notification(words);
      note.addEventListener("click", () => { window.focus(); note.close(); });
    } catch {
      // Some phones allow a page none: the title and the sound are left.
    }
  }
}
