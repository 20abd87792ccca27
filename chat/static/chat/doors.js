/* The portal's own addresses, as its scripts use them: forms sent without leaving the page, and parts of pages. */

export class Refused extends Error {
  constructor(status, { text } = {}) {
    super(String(status));
    this.status = status;
    this.text = text;
  }
}

/* Sends a form, with the button that was pressed; returns what the server tells. Throws Refused with its words.
   `keepalive`: it is sent even when she leaves the page right after. */
export async function send(form, button = null, { keepalive = false } = {}) {
  const answer = await fetch(button?.hasAttribute("formaction") ? button.formAction : form.action, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams(new FormData(form, button)),
    redirect: "error",
    keepalive,
  });
  const isJson = answer.headers.get("content-type")?.includes("json");
  const told = isJson ? await answer.json() : {};
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}

/* A page or a part of one, as the server makes it now. */
export async function read(url) {
  const answer = await fetch(url, { headers: { Accept: "text/html" }, cache: "no-store", redirect: "manual" });
  if (answer.type === "opaqueredirect") throw new Refused(401);
  if (!answer.ok) throw new Refused(answer.status);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/* The console's addresses. */
export class Doors {
  constructor({ home }) {
    this.home = home;
  }

  send(form) {
    return send(form);
  }

  /* The part of one conversation, made by the server. */
  async part(url, why = "") {
    const page = await read(`${url}?osa=1${why ? `&syy=${why}` : ""}`);
    return document.importNode(page.body.firstElementChild, true);
  }

  /* The console's page as it is now. */
  page() {
    return read(this.home);
  }
}
