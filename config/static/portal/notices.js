/* Notices of disruptions, and what is open now, on pages that are open already: asked every few seconds while the page is looked
   at, and at once when it is looked at again. A notice is announced; a status line (data-now) changes quietly. Without this script
   both are read when a page is opened. */

const EVERY_MS = 6000;
const board = document.querySelector("[data-notices]");
let timer = 0;
const places = [...document.querySelectorAll("[data-now]")];
let nowMark = "";
let asking = false;

async function ask() {
  clearTimeout(timer);
  timer = setTimeout(ask, EVERY_MS);
  if (document.hidden || asking) return;
  asking = true;
  try {
    const url = new URL(board.dataset.notices, location.href);
    url.searchParams.set("tila", board.dataset.mark);
    if (places.length) url.searchParams.set("nyt", nowMark);
    const answer = await fetch(url, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(EVERY_MS) });
    if (answer.status === 200) show(await answer.text(), answer.headers);
  } catch {
    // The next asking may come through.
  }
  asking = false;
}

function show(html, headers) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = new Map([...page.querySelectorAll("template[data-now]")].map((part) => [part.dataset.now, part]));
  for (const part of fresh.values()) part.remove();
  nowMark = headers.get("X-Now") ?? "";
  for (const place of places) if (fresh.has(place.dataset.now)) renew(place, fresh.get(place.dataset.now));
  const mark = headers.get("X-Notices") ?? "";
  if (mark === board.dataset.mark) return; // read aloud once only
  board.replaceChildren(...[...page.body.childNodes].map((node) => document.importNode(node, true)));
  board.dataset.mark = mark;
}

/* What has not changed stays, and so does the focus. */
function renew(place, part) {
  if (place.innerHTML === part.innerHTML) return;
  const focused = place.contains(document.activeElement);
  place.replaceChildren(document.importNode(part.content, true));
  if (focused) place.querySelector("a, button")?.focus({ preventScroll: true });
}

if (board) {
  timer = setTimeout(ask, EVERY_MS);
  document.addEventListener("visibilitychange", ask);
  document.addEventListener("notices", ask); // the chat has heard that they may have changed
}
