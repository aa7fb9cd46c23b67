// Keeps an open page honest: says whether it is live, and leaves opened definitions open.
(() => {
  "use strict";

  const live = document.getElementById("live");

  function say(isLive) {
    if (!live || live.dataset.live === (isLive ? "yes" : "no")) return;
    live.dataset.live = isLive ? "yes" : "no";
    live.querySelector(".word").textContent = isLive ? "Live" : "Not live";
  }

  const body = document.body;
  body.addEventListener("htmx:sseOpen", () => say(true));
  for (const name of ["htmx:sseError", "htmx:sseClose", "htmx:sendError", "htmx:responseError"]) {
    body.addEventListener(name, () => say(false));
  }
  window.addEventListener("offline", () => say(false));

  let opened = [];
  body.addEventListener("htmx:beforeSwap", (event) => {
    opened = [...event.detail.target.querySelectorAll("details[open][id]")].map((details) => details.id);
  });
  body.addEventListener("htmx:afterSwap", (event) => {
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
    const shown = document.querySelector(".fragment[data-day]");
    // A page that stays open overnight goes on with the new day.
    if (event.target.id === "figures" && shown && shown.dataset.day !== startedWith) window.location.reload();
  });
  const startedWith = document.querySelector(".fragment[data-day]")?.dataset.day;
})();
