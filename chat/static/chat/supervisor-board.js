/* <supervisor-board>: keeps the board fresh. The lines' own frames tell that something changed; the server makes what is shown.
   Who asks for the supervisor is told aloud, and by the sound that she has chosen for her console (S002-44). */

import { Alert } from "./console-alert.js";
import { moreCalls, tell } from "./console-counts.js";
import "./live-part.js";
import { slot } from "./slots.js";
import { Connection } from "./socket.js";
import { setClock } from "./wait-clock.js";

const GAP_MS = 2000; // between two readings
const WITHOUT_MS = 15000; // how often it is read where sockets do not get through
const SAID_MS = 15000;

class SupervisorBoard extends HTMLElement {
  alert = new Alert();
  #readAt = 0;
  #timer = 0;
  #saidTimer = 0;
  #mine = null; // the newest frame of what asks for her

  connectedCallback() {
    if (this.connection) return;
    setClock(this.dataset.now, this.dataset);
    this.live = this.querySelector("live-part[data-part=board]");
    this.calls = this.querySelector("live-part[data-part=calls]");
    this.#listenForSound();
    this.connection = new Connection({ socketUrl: this.dataset.socket });
    this.connection.addEventListener("frame", ({ detail }) => {
      if (detail.t === "queue") this.#soon();
      else if (detail.t === "mine") this.#called(detail);
    });
    this.connection.addEventListener("state", ({ detail }) => this.#state(detail.state));
    this.addEventListener("done", () => this.#say(""));
    this.addEventListener("refused", ({ detail }) => this.#say(detail.text || (detail.status === 403 ? this.dataset.noRight : this.dataset.trouble)));
    document.addEventListener("visibilitychange", () => document.hidden || this.#soon());
    setInterval(() => { if (this.connection.state !== "online") this.#soon(); }, WITHOUT_MS);
    this.connection.start();
  }

  #soon() {
    if (this.#timer || document.hidden) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#readAt = Date.now();
      this.live.heard("board");
      if (this.connection.state !== "online") this.calls.heard("desk");
    }, Math.max(0, this.#readAt + GAP_MS - Date.now()));
  }

  /* What asks for her: read anew when it has changed, told when there is more of it. */
  #called({ desk = "", calls = 0, told = 0 }) {
    const before = this.#mine;
    this.#mine = { desk, calls, told };
    if (before?.desk !== desk) this.calls.heard("desk");
    if (before && before.desk !== desk) this.#soon(); // a concern that was flagged stands on the board too
    if (!before) return;
    const more = moreCalls(before, this.#mine);
    if (!more) return;
    tell(this, { told: this.dataset.wordsTold, calls: this.dataset.wordsCalls }[more]);
    this.alert.ring();
  }

  /* The choice is her console's own. The browser lets the page sound only after she has pressed something. */
  #listenForSound() {
    const place = this.querySelector(".nlb-sound");
    this.alert.addEventListener("change", () => { place.hidden = this.alert.state !== "blocked"; });
    for (const kind of ["pointerdown", "keydown"]) {
      document.addEventListener(kind, () => { if (this.alert.state === "blocked") this.alert.allow(); }, true);
    }
    this.alert.turn("sound" in this.dataset);
  }

  #state(state) {
    const { online, cut, over } = this.dataset;
    const line = slot(this, "connection");
    line.dataset.state = state;
    line.textContent = { online, over, offline: cut, polling: cut }[state] ?? "";
    if (state === "online") this.#soon();
  }

  #say(text) {
    slot(this, "said").textContent = text;
    clearTimeout(this.#saidTimer);
    this.#saidTimer = setTimeout(() => { slot(this, "said").textContent = ""; }, SAID_MS);
  }
}

customElements.define("supervisor-board", SupervisorBoard);
