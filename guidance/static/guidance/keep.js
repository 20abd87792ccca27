/* Keeping an advice: printing it and copying its address. Without scripts the browser's own menus do the same. */

const print = document.querySelector("[data-print]");
print.hidden = false;
print.addEventListener("click", () => globalThis.print());

const copy = document.querySelector("[data-copy]");
if (navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(copy.dataset.copy);
    document.querySelector("[data-copied]").textContent = copy.dataset.done;
  });
}
