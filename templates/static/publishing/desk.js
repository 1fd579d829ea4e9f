// The delivery board keeps itself up to date while somebody looks at it. Rows that changed are replaced and nothing else,
// so ticks, focus and scroll stay; rows change places only while nobody is about to press one. Without this script, or
// when anything fails, there is the link "Refresh".
const SECONDS = 10;
const live = document.querySelector("[data-live]");
const said = document.getElementById("desk-live-said");

const ticked = () => new Set([...live.querySelectorAll("[name=delivery]:checked")].map((box) => box.value));
const isBusy = () => live.matches(":hover") || live.contains(document.activeElement) || ticked().size > 0;
const rows = (part) => [...part.querySelectorAll("tbody tr[id]")];
const head = (part) => part.querySelector("thead")?.innerHTML ?? "";

// A way to find the same link or box again in the new row.
const sameAs = (node) => {
  if (node.name) return `[name="${node.name}"][value="${node.value}"]`;
  return node.getAttribute("href") ? `[href="${CSS.escape(node.getAttribute("href"))}"]` : null;
};

const replace = (old, fresh) => {
  const focused = old.contains(document.activeElement) ? sameAs(document.activeElement) : null;
  const ticks = ticked();
  old.replaceWith(fresh);
  for (const box of fresh.querySelectorAll("[name=delivery]")) box.checked = ticks.has(box.value);
  if (focused) fresh.querySelector(focused)?.focus({ preventScroll: true });
};

const say = (part) => {
  const words = part.querySelector("[data-live-count]")?.textContent ?? "";
  const shown = live.querySelector("[data-live-count]");
  if (!shown || shown.textContent === words) return;
  shown.textContent = words;
  said.textContent = words;
};

const show = (part) => {
  say(part);
  const isSameShape = head(part) === head(live);
  if (!isSameShape) {
    if (!isBusy()) live.replaceChildren(...part.childNodes);
    return;
  }
  const fresh = new Map(rows(part).map((row) => [row.id, row]));
  const order = [...fresh.keys()];
  for (const old of rows(live)) {
    const now = fresh.get(old.id);
    if (now && now.innerHTML !== old.innerHTML) replace(old, now);
  }
  if (isBusy() || !order.length) return;
  const there = rows(live);
  if (there.map((row) => row.id).join() === order.join()) return;
  const byId = new Map(there.map((row) => [row.id, row]));
  live.querySelector("tbody").replaceChildren(...order.map((id) => byId.get(id) ?? fresh.get(id)));
};

const ask = async () => {
  const answer = await fetch(location.href, { headers: { "X-Fragment": "live" }, cache: "no-store" });
  if (answer.redirected) return false; // logged out: the page says so when it is used
  if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html").body);
  return true;
};

const turn = async () => {
  let goesOn = true;
  try {
    if (document.visibilityState === "visible") goesOn = await ask();
  } catch {
    // No network now; the next turn may have it.
  }
  if (goesOn) setTimeout(turn, SECONDS * 1000);
};
if (live) setTimeout(turn, SECONDS * 1000);
