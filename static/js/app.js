// Three small comforts; every page works without them.
(() => {
  "use strict";

  // After a refused form a screen reader and the keyboard begin at what went wrong.
  document.getElementById("fouten")?.focus();

  // A page that waits for a computation looks again by itself, unless someone is busy on it.
  const waiting = document.querySelector("[data-reload-after]");
  if (waiting) {
    setTimeout(() => {
      if (document.activeElement === document.body) location.reload();
    }, Number(waiting.dataset.reloadAfter) * 1000);
  }

  // A second press while the first is on its way is not sent. (The server would refuse it anyway.)
  const release = (form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("method") !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-disabled", "true");
    setTimeout(release, 5000, form);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
})();
