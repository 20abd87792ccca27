/* <supervisor-board>: keeps the board fresh. The lines' own frames tell that something changed; the server makes what is shown. */

import "./live-part.js";
import { slot } from "./slots.js";
import { Connection } from "./socket.js";

const GAP_MS = 2000; // between two readings
const WITHOUT_MS = 15000; // how often it is read where sockets do not get through
const SAID_MS = 15000;

class SupervisorBoard extends HTMLElement {
  #readAt = 0;
  #timer = 0;
  #saidTimer = 0;

  connectedCallback() {
    if (this.connection) return;
    this.live = this.querySelector("live-part");
    this.connection = new Connection({ socketUrl: this.dataset.socket });
    this.connection.addEventListener("frame", ({ detail }) => { if (detail.t === "queue") this.#soon(); });
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
    }, Math.max(0, this.#readAt + GAP_MS - Date.now()));
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
