// Shows clock times in the reader's own time zone, also those that come later; without this script they are in UTC and say so.
const language = navigator.languages.find((one) => one.startsWith(document.documentElement.lang)) ?? document.documentElement.lang;

function show() {
  for (const time of document.querySelectorAll("main time:not([title], [data-ticket] > .facts > time)")) { // a row's says how long ago
    const at = new Date(time.dateTime);
    const is = (options) => at.toLocaleString(language, options);
    const isToday = at.toDateString() === new Date().toDateString();
    const isThisYear = at.getFullYear() === new Date().getFullYear();
    time.title = time.textContent;
    time.textContent = isToday
      ? is({ hour: "2-digit", minute: "2-digit" })
      : is({ day: "numeric", month: "long", year: isThisYear ? undefined : "numeric", hour: "2-digit", minute: "2-digit" });
  }
}

show();
new MutationObserver(show).observe(document.getElementById("main"), { childList: true, subtree: true });
