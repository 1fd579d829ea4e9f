// Keeps the quiz of one language for the time without a network. It stores pages and files, and nothing of who plays.
const { scope, version, kept } = {{ told }};
const mine = `quiz ${scope} `;
const name = mine + version;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(kept)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const isOld = (each) => each.startsWith(mine) && each !== name;
  event.waitUntil(
    caches.keys()
      .then((all) => Promise.all(all.filter(isOld).map((each) => caches.delete(each))))
      .then(() => self.clients.claim())
  );
});

// The page that called this worker was there before it: it asks to be kept as well.
self.addEventListener("message", (event) => {
  const url = new URL(event.data, self.location);
  if (url.origin === self.location.origin && url.pathname.startsWith(scope)) {
    event.waitUntil(caches.open(name).then((cache) => cache.add(url.href)));
  }
});

const fromNetwork = async (request) => {
  const cache = await caches.open(name);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  } catch (error) {
    const found = await cache.match(request) || await cache.match(request, { ignoreSearch: true })
      || await cache.match(scope);
    if (found) return found;
    throw error;
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(fromNetwork(request));
  else if (kept.includes(url.pathname)) {
    event.respondWith(caches.open(name).then((cache) => cache.match(request.url)).then((found) => found || fetch(request)));
  }
});
