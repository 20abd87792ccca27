/* The print page: a button that prints, where there is a script to do it. */

const place = document.querySelector("[data-print]");
if (place) {
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => print());
}
