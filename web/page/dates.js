// Times in the reader's own form: the page's language, the device's time zone. The names of the months are among the
// page's words, because many browsers come without those of Khmer.

import { element } from "./dom.js";

function digits(text, words) {
  const shapes = [...words.text("date.digits")];
  return String(text).replace(/[0-9]/g, (digit) => shapes[Number(digit)]);
}

function day(dayOfMonth, month, year, words) {
  return words.text("date.day", {
    day: dayOfMonth === 1 ? words.text("date.first_day") : digits(dayOfMonth, words),
    month: words.text(`date.month.${month}`),
    year: digits(year, words),
  });
}

// "UTC+7", "UTC-3:30": how far the clock of this device is from UTC at that time.
function zone(date) {
  const minutes = -date.getTimezoneOffset();
  const rest = Math.abs(minutes) % 60;
  const hours = Math.trunc(Math.abs(minutes) / 60);
  if (minutes === 0) return "UTC";
  return `UTC${minutes < 0 ? "-" : "+"}${hours}${rest === 0 ? "" : `:${String(rest).padStart(2, "0")}`}`;
}

// An RFC 3339 time as a day and a time with its zone; a text that is no time is returned as it is.
export function moment(text, words) {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return text;
  const clock = [date.getHours(), date.getMinutes()].map((number) => String(number).padStart(2, "0")).join(":");
  return words.text("date.moment", {
    date: day(date.getDate(), date.getMonth() + 1, date.getFullYear(), words),
    time: `${digits(clock, words)} ${zone(date)}`,
  });
}

// The same as an element.
export function time(iso, words) {
  return element("time", { datetime: iso }, moment(iso, words));
}

// A calendar day written as 2026-10-06, in words; null for any other text and for a day that does not exist.
export function calendarDay(text, words) {
  const [, year, month, dayOfMonth] = (/^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []).map(Number);
  const date = new Date(Date.UTC(year, month - 1, dayOfMonth));
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === dayOfMonth;
  return exists ? day(dayOfMonth, month, year, words) : null;
}
