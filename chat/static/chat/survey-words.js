/* Warns of an identity code in the own words of a survey before they are sent. Without scripts the server masks it alike. */

import { CodeGuard } from "./code-guard.js";

for (const form of document.querySelectorAll("form[data-survey]")) {
  const guarded = [...form.querySelectorAll("[data-words]")].map((part) => {
    const field = part.querySelector("textarea");
    return { field, guard: new CodeGuard({ box: part.querySelector("[data-codes]"), field, send: () => form.requestSubmit() }) };
  });
  form.addEventListener("submit", (event) => {
    const held = guarded.find(({ field, guard }) => guard.holds(field.value));
    if (!held) return;
    event.preventDefault();
    held.field.focus();
  });
}
