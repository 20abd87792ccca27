/* The HTTP twin of the socket: reading the log by long polls and posting by plain requests, with the same guarantees.

   Used where sockets are blocked, as in some hospital and library networks. */

const WAIT_SECONDS = 20;
const POLL_MS = 35000;
const POST_MS = 10000;
const BASE_MS = 500;
const LONGEST_MS = 30000;

export class Twin {
  #polls = new Map(); // conversation → AbortController of its loop
  #posting = new Set();

  /* pollUrl(id), postUrl(id): addresses of a conversation. csrf: the page's token.
     cursor(id) → {all, staff}, or null when the conversation is no longer followed.
     onLog(id, log), onLost(), onGone(): an answer; no answer; nothing here for this person. */
  constructor({ pollUrl, postUrl, csrf, cursor, onLog, onLost, onGone }) {
    Object.assign(this, { pollUrl, postUrl, csrf, cursor, onLog, onLost, onGone });
  }

  /* Poll a conversation until `stop`. */
  async poll(conversation) {
    if (this.#polls.has(conversation)) return;
    const loop = new AbortController();
    this.#polls.set(conversation, loop);
    let failures = 0;
    while (!loop.signal.aborted && this.cursor(conversation)) {
      const answer = await this.read(conversation, failures ? 0 : WAIT_SECONDS, loop.signal);
      if (loop.signal.aborted) break;
      if (answer.log) {
        failures = 0;
        this.onLog(conversation, answer.log);
      } else if (answer.gone) {
        this.onGone();
        break;
      } else {
        failures += 1;
        this.onLost();
        await pause(300 + Math.random() * Math.min(LONGEST_MS, BASE_MS * 2 ** Math.min(failures, 6)), loop.signal);
      }
    }
    if (this.#polls.get(conversation) === loop) this.#polls.delete(conversation);
  }

  /* One poll: {log}, {gone: true} or {} when there was no answer. */
  async read(conversation, wait, signal) {
    const { all, staff } = this.cursor(conversation);
    const url = new URL(this.pollUrl(conversation), location.href);
    url.search = new URLSearchParams({ all, staff, wait });
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), POLL_MS);
    const abort = () => late.abort();
    signal?.addEventListener("abort", abort);
    try {
      const answer = await fetch(url, { cache: "no-store", redirect: "error", signal: late.signal });
      if (answer.status === 404) return { gone: true };
      return answer.ok ? { log: await answer.json() } : {};
    } catch {
      return {};
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  /* Post a message: {ack}, {refused}, or null when it is not known whether it arrived. */
  async post(item) {
    if (this.#posting.has(item.id)) return undefined;
    this.#posting.add(item.id);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), POST_MS);
    try {
      const answer = await fetch(this.postUrl(item.conversation), {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": this.csrf },
        body: new URLSearchParams({ client_id: item.id, body: item.body, audience: item.audience }),
        redirect: "error",
        signal: late.signal,
      });
      if (answer.status >= 500) return null;
      const told = await answer.json();
      return answer.ok ? { ack: told } : { refused: told };
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
      this.#posting.delete(item.id);
    }
  }

  stop(conversation) {
    for (const [id, loop] of [...this.#polls]) {
      if (conversation !== undefined && id !== conversation) continue;
      loop.abort();
      this.#polls.delete(id);
    }
  }
}

function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
