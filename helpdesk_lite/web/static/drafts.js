// Keeps an answer that is being written, a moment after each pause and when the page goes; without this script a button does.
const PAUSE = 3000;
const box = document.getElementById("answer-text"), said = document.getElementById("kept");
const button = box.form.querySelector('[formaction$="/draft"]');
let kept = said.textContent ? box.value : "", timer;

async function keep() {
  clearTimeout(timer);
  const text = box.value;
  if (text === kept) return;
  const body = new URLSearchParams({ text, seen: box.form.elements.seen.value });
  const keepalive = body.toString().length < 60000; // of a page that is gone, browsers send no more
  const answer = await fetch(`${button.formAction}?by=itself`, { method: "POST", body, keepalive, redirect: "manual" }).catch(() => ({}));
  if (!answer.ok) return;
  kept = text;
  said.textContent = text.trim() && said.dataset.kept;
}

box.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(keep, PAUSE);
});
box.form.addEventListener("submit", () => {
  clearTimeout(timer);
  kept = box.value; // it is on its way already
});
document.addEventListener("visibilitychange", () => document.hidden && keep());
