// Keeps the queue fresh while somebody looks, and says what changed.
const OFTEN = 4000, RARELY = 60000;
const find = (id, root = document) => root.getElementById(id);
const rows = (root) => new Map([...root.querySelectorAll("[data-ticket]")].map((row) => [row.dataset.ticket, row]));
const top = (row) => row.getBoundingClientRect().top;
let etag = "", wait = OFTEN, timer;

// Rows that stay are the same elements: they keep the focus, and the page does not move under the pointer.
function show(page) {
  const before = rows(document), after = rows(page), order = [...before.keys()];
  for (const [number, row] of after) {
    const old = before.get(number);
    if (old) old.querySelector(".facts").replaceChildren(...row.querySelector(".facts").childNodes);
  }
  for (const id of ["waiting", "notices", "stopped"]) {
    if (find(id).innerHTML !== find(id, page).innerHTML) find(id).replaceChildren(...find(id, page).childNodes);
  }
  const list = (root, numbers) => [...numbers, root.querySelector(".paging")?.innerHTML].join();
  if (order.length && list(document, order) === list(page, after.keys())) return;

  const focus = document.activeElement, held = focus.closest("[data-ticket]");
  const shown = [...before.values()], stays = (row) => row && after.has(row.dataset.ticket);
  const hovered = document.querySelector("[data-ticket]:hover");
  const anchor = [hovered, held, ...shown.filter((row) => top(row) >= 0)].find(stays);
  const was = anchor && top(anchor);
  for (const [number, row] of after) row.replaceWith(before.get(number) ?? row);
  find("queue").replaceChildren(...find("queue", page).childNodes);
  if (anchor) scrollBy(0, top(anchor) - was);
  if (held) {
    const next = shown.slice(shown.indexOf(held)).find(stays);
    (focus.isConnected ? focus : next?.querySelector("button") ?? find("main")).focus({ preventScroll: true });
  }
  tell([...after.keys()].filter((number) => !before.has(number)), order.filter((number) => !after.has(number)));
}

function tell(came, gone) {
  const said = find("news").dataset, texts = [];
  if (came.length) texts.push(came.length > 1 ? said.many.replace("%s", came.length) : said.one);
  if (gone.length) texts.push(gone.length > 1 ? said.allGone.replace("%s", gone.length) : said.gone.replace("%s", gone));
  find("news").textContent = texts.join(" ");
}

async function ask() {
  const headers = etag ? { "If-None-Match": etag } : {};
  const answer = await fetch(location, { headers, cache: "no-store", redirect: "manual" }).catch(() => ({}));
  if (answer.type === "opaqueredirect") return location.reload(); // signed out meanwhile
  if (answer.ok) {
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    etag = answer.headers.get("ETag");
  }
  wait = answer.status < 400 ? OFTEN : Math.min(2 * wait, RARELY);
  plan(wait);
}

function plan(pause) {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(ask, pause);
}

document.addEventListener("visibilitychange", () => plan(0));
addEventListener("online", () => plan(0));
plan(OFTEN);
