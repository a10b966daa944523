// What tabs say of versions: signs, badges, and which words of two texts differ.

import { html } from "../shared/lit.js";
import { moment } from "../shared/times.js";

const ALIASES = { champion: "answers now", candidate: "newest", canary: "on trial" };

/** "+3", "−2", "±0"; `unit` stands behind. */
export function signed(value, unit = "") {
  const sign = value > 0 ? "+" : value < 0 ? "−" : "±";
  return `${sign}${Math.abs(value).toLocaleString(undefined, { maximumFractionDigits: 1 })}${unit}`;
}

/** The colour of a difference: more is better. */
export function tone(value) {
  return value > 0 ? "better" : value < 0 ? "worse" : "";
}

export function badges({ aliases }) {
  return aliases.map((alias) => html`<span class="badge ${alias === "champion" ? "mine" : alias === "canary" ? "uncertain" : ""}">${ALIASES[alias]}</span> `);
}

/** "v6 · today", "Base model". */
export function dated({ title, made_at }) {
  return made_at ? `${title} · ${moment(made_at)}` : title;
}

/** The words of two texts in order: `{ text, only }`, where `only` is "before" or "after" for what one of them has. */
export function differing(before, after) {
  const [old, now] = [wordsOf(before), wordsOf(after)];
  const longest = lengths(old, now);
  const parts = [];
  const put = (text, only) => {
    if (parts.at(-1)?.only === only) parts.at(-1).text += text;
    else parts.push({ text, only });
  };
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i].trim() === now[j].trim()) {
      put(now[j], "");
      i += 1;
      j += 1;
    } else if (j === now.length || (i < old.length && longest[i + 1][j] >= longest[i][j + 1])) {
      put(old[i], "before");
      i += 1;
    } else {
      put(now[j], "after");
      j += 1;
    }
  }
  return parts;
}

/** One side of `differing`, with what the other has not marked, unless they have little in common. */
export function marked(parts, side) {
  const own = parts.filter(({ only }) => !only || only === side);
  const marks = haveMuchInCommon(parts);
  return own.map(({ text, only }) => (only && marks ? html`<mark>${text}</mark>` : text));
}

/** Whether two texts share most of their words. */
export function haveMuchInCommon(parts) {
  const count = (some) => some.reduce((sum, { text }) => sum + wordsOf(text).length, 0);
  return 2 * count(parts.filter(({ only }) => !only)) > count(parts) - count(parts.filter(({ only }) => !only));
}

function wordsOf(text) {
  return text.match(/\S+\s*/g) ?? [];
}

/** How many words the rests of two lists have in common at most. */
function lengths(old, now) {
  const longest = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      longest[i][j] = old[i].trim() === now[j].trim() ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  return longest;
}
