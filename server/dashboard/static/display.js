// Follows what a zone should show; goes on with the last that was told while the server is away.
(() => {
  "use strict";

  const ASK_EVERY_MS = 60_000;
  const MOST_UNTOLD = 100;

  const { store, zone, token } = document.body.dataset;
  const about = `/api/v1/stores/${encodeURIComponent(store)}/zones/${encodeURIComponent(zone)}`;
  const remembered = `footfall-display/${store}/${zone}`;
  const untold = `${remembered}/untold`;

  function kept(name, otherwise) {
    try { return JSON.parse(localStorage.getItem(name)) ?? otherwise; } catch { return otherwise; }
  }
  function keep(name, value) {
    try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* a private window keeps nothing */ }
  }

  // A name of this sign, so that what it tells twice is taken once.
  const sign = kept("footfall-sign", null) ?? crypto.getRandomValues(new Uint32Array(2)).join("-");
  keep("footfall-sign", sign);

  let last = kept(remembered, null);
  let over = 0;

  // By the server's clock, for a tablet's own may be wrong.
  const now = () => Date.now() + (last?.aheadMs ?? 0);

  function line(product) {
    const item = document.createElement("li");
    item.dataset.sku = product.sku;
    const parts = [["name", product.name ?? product.sku]];
    if (product.price !== null) parts.push(["price", `${product.price} ${product.currency ?? ""}`.trim()]);
    for (const [kind, text] of parts) {
      const part = document.createElement("span");
      part.className = kind;
      part.textContent = text;
      item.append(part);
    }
    return item;
  }

  function draw() {
    const found = last?.recommendation;
    const leftMs = found ? Date.parse(found.expires) - now() : 0;
    const shown = leftMs > 0 ? found : null;
    const list = document.getElementById("products");
    clearTimeout(over);
    if (shown) over = setTimeout(draw, Math.min(leftMs, 2 ** 31 - 1));
    document.getElementById("idle").hidden = Boolean(shown);
    if ((list.dataset.recommendation ?? "") !== (shown?.recommendation ?? "")) {
      list.replaceChildren(...(shown?.products ?? []).map(line));
    }
    if (!shown) { delete list.dataset.recommendation; return; }
    list.dataset.recommendation = shown.recommendation;
    note(shown.recommendation);
  }

  function note(recommendation) {
    const event = `${sign}:${recommendation}:shown`;
    const waiting = kept(untold, []);
    if (last.noted === event) return;
    last.noted = event;
    keep(remembered, last);
    const at = new Date(now()).toISOString();
    keep(untold, [...waiting, { event, recommendation, kind: "shown", at, by: `sign-${sign}` }].slice(-MOST_UNTOLD));
    tell();
  }

  async function tell() {
    for (const event of kept(untold, [])) {
      const answer = await fetch(`${about}/events`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": token },
        body: JSON.stringify(event),
      }).catch(() => null);
      // What the server does not want is not kept for ever; what it could not hear is told later.
      if (!answer || answer.status >= 500) return;
      keep(untold, kept(untold, []).filter((one) => one.event !== event.event));
    }
  }

  function say(isAway) {
    document.getElementById("away").hidden = !isAway;
  }

  async function ask() {
    const answer = await fetch(`${about}/recommendation`, { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) { say(true); draw(); return; }
    const told = await answer.json();
    const noted = last?.recommendation?.recommendation === told.recommendation?.recommendation ? last?.noted : undefined;
    last = { recommendation: told.recommendation, aheadMs: Date.parse(told.at) - Date.now(), noted };
    keep(remembered, last);
    document.getElementById("zone").textContent = told.name;
    say(false);
    draw();
    tell();
  }

  draw();
  ask();
  setInterval(ask, ASK_EVERY_MS);
  window.addEventListener("online", ask);
  window.addEventListener("offline", () => say(true));

  const events = new EventSource(`/display/${encodeURIComponent(store)}/${encodeURIComponent(zone)}/events`);
  events.addEventListener("changed", ask);
  events.addEventListener("error", () => { if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), ASK_EVERY_MS); });

  // Only over TLS or on the server's own machine do browsers allow it; elsewhere the page has to stay open.
  // What was loaded before the worker was there is put aside for it.
  async function keepPage() {
    await navigator.serviceWorker.register("/display/worker.js", { scope: "/display/" });
    await navigator.serviceWorker.ready;
    const cache = await caches.open("footfall-display-1");
    await cache.addAll([location.pathname, "/static/display.css", "/static/display.js", "/static/icon.svg"]);
    document.body.dataset.kept = "yes";
  }
  if (navigator.serviceWorker) keepPage().catch(() => {});
})();
