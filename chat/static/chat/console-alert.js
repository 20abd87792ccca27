/* The sound for people who wait: it repeats until each who came is taken or gone, and says when the browser does not let it be heard. */

const REPEAT_MS = 8000;

export class Alert extends EventTarget {
  #audio = null;
  #on = false;
  #calling = new Map(); // who came, or was offered, and has been neither taken nor gone → of which list
  #timer = 0;
  #quiet = false;

  /* "off", "on", "quiet" while she is off or on a break, or "blocked": the browser lets a page sound only after the person has
     used it. */
  get state() {
    if (!this.#on) return "off";
    if (this.#audio?.state !== "running") return "blocked";
    return this.#quiet ? "quiet" : "on";
  }

  /* Nothing rings while she is off or on a break (S002-46); who still waits when she is back is heard again. */
  keepQuiet(quiet) {
    if (quiet === this.#quiet) return;
    this.#quiet = quiet;
    this.#changed();
  }

  get isCalling() {
    return this.#calling.size > 0;
  }

  turn(on) {
    this.#on = on;
    if (on) this.#wake();
    this.#again();
    this.#changed();
  }

  /* Try to be heard: works when the person has just pressed something. */
  async allow() {
    if (!this.#on) return;
    this.#wake();
    try {
      await this.#audio.resume();
    } catch {
      // still blocked: the state says so
    }
    this.#changed();
  }

  /* Who is in a list now (of those who wait, or of what is offered to her), and those of them who have come since the last time. */
  waiting(here, newcomers, list = "line") {
    for (const [id, of] of this.#calling) if (of === list && !here.has(id)) this.#calling.delete(id);
    for (const id of newcomers) this.#calling.set(id, list);
    if (newcomers.length) this.ring();
    this.#again();
    this.#changed();
  }

  /* Quiet until the next one comes. */
  hush() {
    this.#calling.clear();
    this.#again();
    this.#changed();
  }

  /* Somebody calls. */
  ring() {
    if (this.state === "on") this.sound();
  }

  /* Two soft tones, if the browser lets them be heard. */
  sound() {
    if (this.#audio?.state !== "running") return;
    const { currentTime, destination } = this.#audio;
    for (const [number, pitch] of [660, 880].entries()) {
      const tone = this.#audio.createOscillator();
      const volume = this.#audio.createGain();
      const from = currentTime + number * 0.18;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0, from);
      volume.gain.linearRampToValueAtTime(0.15, from + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, from + 0.3);
      tone.connect(volume).connect(destination);
      tone.start(from);
      tone.stop(from + 0.32);
    }
    this.dispatchEvent(new Event("sounded"));
  }

  #wake() {
    if (this.#audio) return;
    this.#audio = new AudioContext();
    this.#audio.addEventListener("statechange", () => this.#changed());
  }

  #again() {
    const wanted = this.#on && this.isCalling;
    if (wanted === Boolean(this.#timer)) return; // the lines come often: they must not begin the interval anew
    clearInterval(this.#timer);
    this.#timer = wanted ? setInterval(() => this.ring(), REPEAT_MS) : 0;
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
