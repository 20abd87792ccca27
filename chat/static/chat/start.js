/* The start page, and the entrance of professionals: warns before words are lost, and tells where a person went when she dials from the closed view. */

import { CodeGuard } from "./code-guard.js";

const form = document.querySelector(".nl-chat-form");
let sending = false;

if (form) {
  const field = form.elements.body;
  const guard = new CodeGuard({ box: form.querySelector("[data-codes]"), field, send: () => form.requestSubmit() });
  form.addEventListener("submit", (event) => {
    if (!sending && guard.holds(field.value)) {
      event.preventDefault();
      return;
    }
    if (sending) event.preventDefault();
    sending = true;
  });
  addEventListener("pageshow", () => { sending = false; });
  addEventListener("beforeunload", (event) => {
    if (!sending && form.elements.body.value.trim()) event.preventDefault();
  });
}

for (const place of document.querySelectorAll("[data-noted]")) {
  place.addEventListener("click", (event) => {
    if (!event.target.closest("a")) return;
    const csrfmiddlewaretoken = document.querySelector("[name=csrfmiddlewaretoken]").value;
    fetch(place.dataset.noted, { method: "POST", keepalive: true, body: new URLSearchParams({ csrfmiddlewaretoken }) });
  });
}
