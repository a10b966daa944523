// Figures in words: shares, times, differences.

/** "71 %", and "–" for nothing. */
export function percent(share) {
  return share === null || share === undefined ? "–" : `${Math.round(share * 100)} %`;
}

/** "0.4 s", "12 s", "2 min"; the server rounds to a tenth of a second. */
export function duration(ms) {
  if (ms === null || ms === undefined) return "–";
  if (ms === 0) return "0 s";
  if (ms < 100) return "< 0.1 s";
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 90_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}

/** "3 questions", "1 question". */
export function count(number, one, more = `${one}s`) {
  return `${number.toLocaleString()} ${number === 1 ? one : more}`;
}

/** How much more or less, in words, and whether that is `better` or `worse`; nothing where it cannot be compared. */
export function change(now, before, { more = "better", told = (by) => by.toLocaleString() } = {}) {
  if (now === null || now === undefined || before === null || before === undefined) return null;
  const by = now - before;
  const [amount, none] = [told(Math.abs(by)), told(0)];
  if (amount === none) return { words: "as before", tone: "" };
  const less = more === "better" ? "worse" : "better";
  const tone = more === "neither" ? "" : by > 0 ? more : less;
  return { words: `${by > 0 ? "+" : "−"}${amount}`, tone };
}
