// The hours in which people answer, as the pack writes them and as fields of time have them.

export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const USUAL = "09:00-17:00";

/** A span in two fields; a field of time calls the end of a day 00:00. */
export function fieldsOf(span) {
  const [from, to = ""] = span.split("-");
  return { from, to: to === "24:00" ? "00:00" : to };
}

/** Two fields as a span, whatever is missing left out. */
export function spanOf({ from, to }) {
  return `${from}-${to === "00:00" ? "24:00" : to}`;
}

/** Hours to begin with: the usual ones on weekdays, where the browser is. */
export function begunHours(timezone) {
  const days = Object.fromEntries(DAYS.map((day, n) => [day, n < 5 ? [USUAL] : []]));
  return { timezone, ...days, closed: [] };
}

/** The hours with another span in a day's list, with one more, or with one taken out (null). */
export function withSpan(hours, day, place, span) {
  const spans = hours[day].toSpliced(place, 1, ...(span === null ? [] : [span]));
  return { ...hours, [day]: spans };
}

/** What a day has next: the afternoon behind a morning, else the usual hours. */
export function nextSpan(spans) {
  const { to } = fieldsOf(spans.at(-1) ?? "");
  return to > "00:00" && to < "22:00" ? spanOf({ from: to, to: "" }) : USUAL;
}

/** The days that are closed with one more among them, in order, none twice. */
export function withClosed(closed, day) {
  return [...new Set([...closed, day])].toSorted();
}
