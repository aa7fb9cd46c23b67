// Lets a display be opened, or opened again, while the server is away: with the pages and files it last had.
"use strict";

const KEPT = "footfall-display-1";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function newestOrKept(request) {
  const cache = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) await cache.put(request, answer.clone());
    return answer;
  } catch (error) {
    const before = await cache.match(request, { ignoreSearch: true, ignoreVary: true });
    if (before) return before;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  const isPage = event.request.mode === "navigate" && pathname.startsWith("/display/");
  if (event.request.method === "GET" && (isPage || pathname.startsWith("/static/"))) {
    event.respondWith(newestOrKept(event.request));
  }
});
