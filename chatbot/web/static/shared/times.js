// Times as the reader's clock and language have them.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** "14:05" today, "3 Mar" this year, "3 Mar 2025" before. */
export function shortly(stamp, now = new Date()) {
  const then = new Date(stamp);
  if (then.toDateString() === now.toDateString()) return time.format(then);
  return then.getFullYear() === now.getFullYear() ? day.format(then) : dayOfYear.format(then);
}

/** "14:05" today, "3 Mar, 14:05" on other days. */
export function moment(stamp, now = new Date()) {
  const short = shortly(stamp, now);
  const clock = time.format(new Date(stamp));
  return short === clock ? clock : `${short}, ${clock}`;
}

/** Date, time and zone in full, for a tooltip. */
export function inFull(stamp) {
  return whole.format(new Date(stamp));
}

/** How long ago, in its largest unit: "12 min", "3 h", "2 days". */
export function since(stamp, now = new Date()) {
  const seconds = Math.max(0, (now - new Date(stamp)) / 1000);
  if (seconds < MINUTE) return "< 1 min";
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h`;
  const days = Math.floor(seconds / DAY);
  return days === 1 ? "1 day" : `${days} days`;
}

/** The first or last instant of a day of the reader's ("2026-03-01"), as the server keeps times; nothing for nothing. */
export function edgeOfDay(date, end = false) {
  if (!date) return "";
  return new Date(`${date}T${end ? "23:59:59.999" : "00:00:00.000"}`).toISOString();
}
