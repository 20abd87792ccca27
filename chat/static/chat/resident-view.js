/* What is seen of the resident's conversation: the keyboard of a phone, the composer's edge, and the box of the head. */

/* An on-screen keyboard covers the page's foot on some phones (others make the window smaller): the composer stays above it. */
export function liftOverKeyboard(chat, { signal, lifted }) {
  const view = window.visualViewport;
  const lift = () => {
    const covered = view.scale > 1.01 ? 0 : Math.max(0, Math.round(window.innerHeight - view.height - view.offsetTop));
    const now = `${covered}px`;
    if (chat.style.getPropertyValue("--nl-keyboard") === now) return;
    chat.style.setProperty("--nl-keyboard", now);
    lifted();
  };
  view?.addEventListener("resize", lift, { signal });
  view?.addEventListener("scroll", lift, { signal });
}

/* Where what is read ends: at the composer in its place, also while the page is still above it, and else at the window's edge. */
export function floorOf(composer) {
  if (composer.hidden) return innerHeight;
  const { top, height } = composer.getBoundingClientRect();
  const { position, bottom } = getComputedStyle(composer);
  return Math.min(top, innerHeight - (position === "sticky" ? height + parseFloat(bottom) : 0));
}

/* How far the page may go back, so that no more of its foot shows beneath the composer than there must be: something that stood
   above the composer has gone, such as a question that was answered. The head of the talk does not come further down by it. */
export function emptyBelow(composer, chat) {
  const { position, bottom } = getComputedStyle(composer);
  if (composer.hidden || position !== "sticky") return 0;
  const empty = innerHeight - parseFloat(bottom) - composer.getBoundingClientRect().bottom;
  return Math.max(0, Math.min(empty, -chat.getBoundingClientRect().top));
}

/* A box that lies over the page is closed by Escape, and by a press or the focus beside it. */
export function closeOutside(box, { signal }) {
  const lies = () => box.open && getComputedStyle(box.lastElementChild).position === "absolute";
  const outside = ({ target }) => { if (lies() && !box.contains(target)) box.open = false; };
  addEventListener("pointerdown", outside, { signal });
  addEventListener("focusin", outside, { signal });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !lies()) return;
    box.open = false;
    box.querySelector("summary").focus();
  }, { signal });
}
