/* Words as a person sees them: plain text with its addresses and phone numbers made into safe links. Never HTML. chat/links.py does the same
   on the server. */

import { pick, place } from "./slots.js";

const ADDRESS = /(?:https?:\/\/|mailto:|tel:)[^\s<>"'`{}|\\^]+/giu;
// 112, 116 xxx, and Finnish numbers as people write them; no part of a longer number, a date or an identity code.
const NUMBER = /(?<![\p{L}\p{N}_.,:/+-])(?:112|116 ?[0-9]{3}|(?:\+358 ?|0)[0-9](?: ?[0-9]){5,10})(?![\p{L}\p{N}_:/-]|[.,][0-9])/gu;
const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:"]);
const PAIRS = { ")": "(", "]": "[" };

/* Splits a text into {text} and {text, href} parts. What ends a sentence does not belong to an address. */
export function tokens(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const words = trimmed(match[0]);
    const href = safe(words);
    if (!href) continue;
    parts.push(...withNumbers(text.slice(from, match.index)), { text: words, href });
    from = match.index + words.length;
  }
  return [...parts, ...withNumbers(text.slice(from))];
}

function withNumbers(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(NUMBER)) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index) });
    parts.push({ text: match[0], href: `tel:${match[0].replaceAll(" ", "")}` });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

/* Shows a text in an element: text nodes and links only. */
export function showWords(element, text) {
  element.replaceChildren(...tokens(text).map((part) => {
    if (!part.href) return document.createTextNode(part.text);
    const link = document.createElement("a");
    link.href = part.href;
    link.rel = "noopener noreferrer";
    if (!part.href.startsWith("tel:")) link.target = "_blank";
    link.textContent = part.text;
    return link;
  }));
}

function trimmed(address) {
  let words = address;
  for (;;) {
    const last = words.at(-1);
    const unpaired = last in PAIRS && words.split(PAIRS[last]).length < words.split(last).length;
    if (!unpaired && !/[.,;:!?…»”’]/u.test(last)) return words;
    words = words.slice(0, -1);
  }
}

function safe(words) {
  try {
    const url = new URL(words);
    if (!SCHEMES.has(url.protocol) || url.username || url.password) return "";
    return url.protocol.startsWith("http") ? (url.hostname ? url.href : "") : (url.pathname ? words : "");
  } catch {
    return "";
  }
}

/* Under which key the words of an event are found: its kind, and what of that kind happened. As in chat/views/log_words.py. */
export function eventKey({ kind, payload }) {
  const { by, why, state, rung, code, exit, role, name } = payload;
  const joined = role === "colleague" ? "colleague" : name ? "professional" : "";
  const what = {
    ended: why ?? by ?? "system", transferred: state, identity: state, flagged: state, help: state, concern: state, escalated: rung,
    notice: code, requeued: exit, claimed: exit, joined,
  }[kind];
  return what ? `${kind}:${what}` : kind;
}

/* The event in words: a notice's own, else those that `words(key)` has for its key or its kind, with the names that it tells. Of a move,
   "service" is the queue inside one service, as a resident knows it; "place" is both. */
export function eventWords(event, words, { name = "", language, otherwise = "" }) {
  if (event.kind === "notice" && event.body) return event.body;
  const said = words(eventKey(event)) ?? words(event.kind) ?? otherwise;
  const service = pick(event.payload.service ?? {}, language);
  const queue = pick(event.payload.queue ?? {}, language);
  const where = queue && event.payload.same_service ? queue : service;
  return said.replace("%(name)s", name).replace("%(service)s", where).replace("%(place)s", place(service, queue));
}
