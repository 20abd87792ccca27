// A security key that fails is told on the page; django-allauth alone would only log it.
const notice = document.getElementById("key-trouble");

document.addEventListener("allauth.error", (event) => {
  if (!notice) return;
  event.preventDefault();
  document.querySelector("main form")?.before(notice);
  notice.hidden = false;
});
