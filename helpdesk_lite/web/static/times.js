// Shows clock times in the reader's own time zone; without this script they are in UTC and say so.
const language = navigator.languages.find((one) => one.startsWith(document.documentElement.lang)) ?? document.documentElement.lang;
for (const time of document.querySelectorAll("main time[datetime]")) {
  const at = new Date(time.dateTime);
  const is = (options) => at.toLocaleString(language, options);
  const isToday = at.toDateString() === new Date().toDateString();
  const isThisYear = at.getFullYear() === new Date().getFullYear();
  time.title = time.textContent;
  time.textContent = isToday
    ? is({ hour: "2-digit", minute: "2-digit" })
    : is({ day: "numeric", month: "long", year: isThisYear ? undefined : "numeric", hour: "2-digit", minute: "2-digit" });
}
