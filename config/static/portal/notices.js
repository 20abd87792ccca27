/* Notices of disruptions on pages that are open already: asked every few seconds while the page is looked at, and at once when it
   is looked at again. Without this script they are read when a page is opened. */

const EVERY_MS = 6000;
const board = document.querySelector("[data-notices]");
let timer = 0;
let asking = false;

async function ask() {
  clearTimeout(timer);
  timer = setTimeout(ask, EVERY_MS);
  if (document.hidden || asking) return;
  asking = true;
  try {
    const url = new URL(board.dataset.notices, location.href);
    url.searchParams.set("tila", board.dataset.mark);
    const answer = await fetch(url, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(EVERY_MS) });
    if (answer.status === 200) show(await answer.text(), answer.headers.get("X-Notices") ?? "");
  } catch {
    // The next asking may come through.
  }
  asking = false;
}

function show(html, mark) {
  const page = new DOMParser().parseFromString(html, "text/html");
  board.replaceChildren(...[...page.body.childNodes].map((node) => document.importNode(node, true)));
  board.dataset.mark = mark;
}

if (board) {
  timer = setTimeout(ask, EVERY_MS);
  document.addEventListener("visibilitychange", ask);
  document.addEventListener("notices", ask); // the chat has heard that they may have changed
}
