// Keeps the page of a visit and what it is made of, so that it opens without a connection. Data is never kept here: the page
// itself keeps what is filled in, and sends it.
const KEPT = "junheng-visit";
const PAGE = "./visit";

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/** Fetches the page and every file that it names; files of an earlier build go. */
async function keep() {
  const page = await fetch(PAGE, { cache: "no-cache" });
  if (!page.ok) throw new Error(`the page of a visit: ${page.status}`);
  const cache = await caches.open(KEPT);
  const files = [...(await page.clone().text()).matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map((found) => new URL(found[1], self.registration.scope).href);
  const kept = new Set((await cache.keys()).map((request) => request.url));
  await cache.addAll(files.filter((file) => !kept.has(file)));
  await cache.put(PAGE, page);
  const wanted = new Set([...files, new URL(PAGE, self.location).href]);
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).pathname.includes("/api/")) return;
  if (request.mode === "navigate") {
    // The newest where there is a connection, with its files; the one that was kept otherwise.
    const newest = fetch(request).then((answer) => {
      if (answer.ok) event.waitUntil(keep().catch(() => undefined));
      return answer;
    });
    event.respondWith(newest.catch(async () => (await (await caches.open(KEPT)).match(PAGE)) ?? Response.error()));
    return;
  }
  event.respondWith(caches.open(KEPT).then((cache) => cache.match(request)).then((kept) => kept ?? fetch(request)));
});
