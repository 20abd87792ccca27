/* The parts of a template by name: data-slot="…". */

export const slot = (root, name) => root.querySelector(`[data-slot="${name}"]`);

export function put(root, name, text) {
  const part = slot(root, name);
  if (part && part.textContent !== text) part.textContent = text;
}

export function show(root, name, shown) {
  const part = slot(root, name);
  if (part) part.hidden = !shown;
}

/* A copy of a template's only element. */
export const stamp = (template) => template.content.firstElementChild.cloneNode(true);

/* A name in the page's language, else in the first one that has it. */
export const pick = (names, language) => names[language] || names.fi || names.sv || names.en || "";

/* Puts a keyed list in the wanted order with as few moves as possible, and keeps the focus where it was. */
export function arrange(list, wanted, key, make) {
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const at = focused ? [...list.children].findIndex((row) => row.contains(focused)) : -1;
  const old = new Map([...list.children].map((row) => [row.dataset[key], row]));
  const kept = new Set(wanted.map((item) => item[key]));
  for (const [id, row] of old) if (!kept.has(id)) row.remove();
  let place = list.firstElementChild;
  for (const item of wanted) {
    const row = old.get(item[key]) ?? make(item);
    if (row === place) place = place.nextElementSibling;
    else list.insertBefore(row, place);
  }
  if (!focused) return;
  if (focused.isConnected) {
    if (document.activeElement !== focused) focused.focus({ preventScroll: true });
    return;
  }
  const next = list.children[Math.min(at, list.children.length - 1)];
  (next ?? document.querySelector(".nlc-next")).querySelector("a, button").focus({ preventScroll: true });
}

/* A service and its queue as one; a queue that is named as its service is not said twice. */
export function place(service, queue) {
  return queue && queue !== service ? `${service} – ${queue}` : service;
}

/* Who contacts: a professional who has signed in by her name, others by what they told. */
function contactor(row, words, language) {
  const who = pick(row.who, language);
  return who ? words.who.replace("%(name)s", who) : words.contactors[row.contactor] ?? words.contactors[""];
}

/* Says by which medium a row that is no chat came, in words that its template has in each language. */
export function sayMedium(item, medium) {
  const place = slot(item, "medium");
  if (place && place.dataset[medium]) place.textContent = place.dataset[medium];
}

/* 23.11., 23.11 or 23 Nov; with the year when it is another one than today’s. As the server writes it. */
export function dayOf(at) {
  if (!at) return "";
  const language = document.documentElement.lang;
  const { day, month, year } = dateParts(new Date(at), language === "en" ? "short" : "numeric");
  const other = year === dateParts(new Date(), "numeric").year ? "" : year;
  if (language === "en") return `${day} ${month}${other && ` ${other}`}`;
  return `${day}.${month}${other ? `.${other}` : language === "fi" ? "." : ""}`;
}

function dateParts(moment, month) {
  const format = new Intl.DateTimeFormat("en", { timeZone: "Europe/Helsinki", day: "numeric", month, year: "numeric" });
  return Object.fromEntries(format.formatToParts(moment).map((part) => [part.type, part.value]));
}

/* On this day in Finland. */
export const isToday = (at) => dayOf(at) === dayOf(new Date());

/* The instant has passed. */
export function isPast(at) {
  return Boolean(at) && Date.parse(at) < Date.now();
}

/* Who contacts and about what; of one who gave no topic and no name three digits of the conversation's id, as the server has them. */
export function titles(row, words, language) {
  const number = (Number.parseInt(row.conversation.slice(0, 8), 16) % 900) + 100;
  const mark = pick(row.who, language) ? "" : words.mark.replace("%(number)s", String(number));
  return [contactor(row, words, language), pick(row.topic, language) || mark].filter(Boolean);
}

/* A line under a list: its words, and whether it stands there. */
export function copyLine(old, fresh) {
  if (old) [old.hidden, old.textContent] = [fresh.hidden, fresh.textContent];
}
