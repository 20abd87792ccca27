/* What the person has sent and the server has not yet acknowledged. In memory only: unsent words are never put in the
   browser's storage. Each item keeps its id for all its tries, so that trying again can't send it twice.

   Of each conversation one item at a time is on its way: the order in which she pressed send is the order of the log. */

import { newId, wellFormed } from "./protocol.js";

export class Outbox {
  #items = new Map();

  /* tooLarge: what is told of a message that no socket takes. */
  constructor({ tooLarge = "" } = {}) {
    this.tooLarge = tooLarge;
  }

  add(conversation, body, { audience = "all", id = newId() } = {}) {
    const item = { id, conversation, body: wellFormed(body), audience, state: "sending", onWay: false, sentAt: 0, notBefore: 0, code: "", text: "" };
    this.#items.set(id, item);
    return item;
  }

  get(id) {
    return this.#items.get(id);
  }

  /* Everything that is not acknowledged, failed ones too. */
  get items() {
    return [...this.#items.values()];
  }

  get size() {
    return this.#items.size;
  }

  /* The next item of each conversation that may leave now. */
  ready(now) {
    const held = new Set();
    const ready = [];
    for (const item of this.#items.values()) {
      if (item.state !== "sending" || held.has(item.conversation)) continue;
      held.add(item.conversation);
      if (!item.onWay && item.notBefore <= now) ready.push(item);
    }
    return ready;
  }

  /* Which item a refusal answers. A frame that could not even be read has no id; it can only be the one on its way. */
  addressee({ client_id: id, code }) {
    if (id) return this.#items.get(id);
    const onWay = this.items.filter((item) => item.onWay);
    return onWay.length === 1 && ["malformed", "too_large", "invalid"].includes(code) ? onWay[0] : undefined;
  }

  left(item, now) {
    item.onWay = true;
    item.sentAt = now;
  }

  /* Whether something that left before this has no answer yet. */
  overdue(before) {
    return this.items.some((item) => item.onWay && item.sentAt < before);
  }

  /* The line broke: what was on its way may or may not have arrived, and is sent again with the same id. */
  lineBroke() {
    for (const item of this.#items.values()) item.onWay = false;
  }

  /* Acknowledged, or seen in the log: the item is on the disk. */
  settle(id) {
    const item = this.#items.get(id);
    this.#items.delete(id);
    return item;
  }

  later(item, now, wait) {
    item.onWay = false;
    item.notBefore = now + wait;
  }

  fail(item, code, text) {
    Object.assign(item, { state: "failed", onWay: false, code, text });
  }

  /* The server closed the socket because of a frame that was too large: sent again it would close the next one too. Which one it
     was is not told; it can only be the longest of those on their way. */
  failLongest() {
    const onWay = this.items.filter((item) => item.onWay).sort((one, other) => other.body.length - one.body.length);
    if (onWay.length) this.fail(onWay[0], "too_large", this.tooLarge);
    return onWay[0];
  }

  /* Once more by the person's wish. After a conflict the id is used up by other words, so it gets a new one. */
  again(id) {
    const item = this.#items.get(id);
    if (!item || item.state !== "failed") return undefined;
    this.#items.delete(id);
    return this.add(item.conversation, item.body, { audience: item.audience, id: item.code === "conflict" ? newId() : id });
  }

  /* The person takes the words back. */
  discard(id) {
    const item = this.#items.get(id);
    if (item && !item.onWay) this.#items.delete(id);
    return item;
  }
}
