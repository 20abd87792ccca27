/* On the county's other sites: beside each link with data-neuvoluukku="KEY" stands whether that chat is open, in the link's language,
   and every notice of a disruption within ten seconds while the page is looked at (S001-31). The link works without this. No cookie
   is sent; where the site is not listed, or the portal does not answer, nothing is added. */
(() => {
  const home = new URL(document.currentScript.src).origin;
  const EVERY = 5_000; // and what the portal and the browser remember: two seconds each
  const AFTER_FAILURE = 20_000;
  const AFTER_REFUSAL = 60_000;
  const LANGUAGES = ["fi", "sv", "en"];
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`:host { display: inline-block; vertical-align: top; margin-inline-start: .6em; }
    :host([hidden]) { display: none; }
    .state::before { content: ""; display: inline-block; width: .65em; height: .65em; margin-inline-end: .4em; border: .14em solid currentcolor; border-radius: 50%; }
    .open .state::before { background: currentcolor; }
    p { margin: 0; }`);
  const asked = new Map(); // by address, the places that show its answer: one asking for all of them

  const languageOf = (link) => {
    const path = new URL(link.href).pathname.split("/")[1];
    return LANGUAGES.includes(path) ? path : "fi";
  };

  function line(part, text) {
    const made = document.createElement("p");
    made.className = part;
    made.setAttribute("part", part);
    made.textContent = text;
    return made;
  }

  /* What is the same stays as it is: a notice is announced once, when it comes. */
  function show(place, told, mark) {
    place.hidden = false;
    if (place.dataset.mark === mark) return;
    place.dataset.mark = mark;
    const [box, notices] = place.shadowRoot.children;
    box.className = told.open ? "open" : "closed";
    box.replaceChildren(...[["state", told.words], ["reason", told.reason]].filter(([, text]) => text).map(([part, text]) => line(part, text)));
    notices.replaceChildren(...told.notices.map((text) => line("notice", text)));
  }

  async function ask(address, one) {
    clearTimeout(one.timer);
    if (document.hidden || one.asking) return; // asked again when the page is looked at again
    one.asking = true;
    let wait = EVERY;
    try {
      const answer = await fetch(address, { credentials: "omit", signal: AbortSignal.timeout(EVERY) });
      if (!answer.ok) throw answer;
      const told = await answer.json();
      for (const place of one.places) show(place, told, JSON.stringify(told));
    } catch (failure) {
      for (const place of one.places) place.hidden = true;
      wait = failure instanceof Response && failure.status < 500 ? AFTER_REFUSAL : AFTER_FAILURE;
    }
    one.asking = false;
    one.timer = setTimeout(ask, wait, address, one);
  }

  function placeOf(link) {
    const place = document.createElement("span");
    place.hidden = true;
    place.lang = languageOf(link);
    const root = place.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    const notices = document.createElement("div");
    notices.setAttribute("role", "status");
    root.append(document.createElement("div"), notices);
    link.after(place);
    return place;
  }

  function begin() {
    for (const link of document.querySelectorAll("a[data-neuvoluukku]:not([data-neuvoluukku-shown])")) {
      link.dataset.neuvoluukkuShown = "";
      const address = `${home}/${languageOf(link)}/upota/${encodeURIComponent(link.dataset.neuvoluukku)}.json`;
      if (!asked.has(address)) asked.set(address, { places: [], timer: 0, asking: false });
      asked.get(address).places.push(placeOf(link));
    }
    for (const [address, one] of asked) ask(address, one);
  }

  document.addEventListener("visibilitychange", () => {
    for (const [address, one] of asked) ask(address, one);
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
