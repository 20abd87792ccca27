/* On the county's other sites: beside each link with data-neuvoluukku="KEY" stands whether that chat is open, in the link's language.
   The link works without this. No cookie is sent; where the site is not listed, or the portal does not answer, nothing is added. */
(() => {
  const home = new URL(document.currentScript.src).origin;
  const EVERY = 60_000;
  const LANGUAGES = ["fi", "sv", "en"];
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`:host { display: inline-block; margin-inline-start: .6em; }
    .state::before { content: ""; display: inline-block; width: .65em; height: .65em; margin-inline-end: .4em; border: .14em solid currentcolor; border-radius: 50%; }
    .open .state::before { background: currentcolor; }
    p { margin: 0; }`);

  const languageOf = (link) => {
    const path = new URL(link.href).pathname.split("/")[1];
    return LANGUAGES.includes(path) ? path : "fi";
  };

  async function show(link, place) {
    let told;
    try {
      const answer = await fetch(`${home}/${languageOf(link)}/upota/${encodeURIComponent(link.dataset.neuvoluukku)}.json`, { credentials: "omit" });
      if (!answer.ok) throw new Error(String(answer.status));
      told = await answer.json();
    } catch {
      place.hidden = true;
      return;
    }
    const box = document.createElement("div");
    box.className = told.open ? "open" : "closed";
    box.lang = languageOf(link);
    for (const [part, text] of [["state", told.words], ["reason", told.reason], ...told.notices.map((notice) => ["notice", notice])]) {
      if (!text) continue;
      const line = document.createElement("p");
      line.className = part;
      line.setAttribute("part", part);
      line.textContent = text;
      box.append(line);
    }
    place.shadowRoot.replaceChildren(box);
    place.hidden = false;
  }

  function begin() {
    for (const link of document.querySelectorAll("a[data-neuvoluukku]:not([data-neuvoluukku-shown])")) {
      link.dataset.neuvoluukkuShown = "";
      const place = document.createElement("span");
      place.hidden = true;
      place.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
      link.after(place);
      show(link, place);
      setInterval(() => { if (!document.hidden) show(link, place); }, EVERY);
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
