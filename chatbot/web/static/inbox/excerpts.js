// What a row of the list says below its title, with the words that were searched for marked in it.

import { html } from "../shared/lit.js";

const WORDS = /([\p{L}\p{N}\p{M}]+)/u;

function plain(text) {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
}

/** A text in parts: those that are marked are words of the search, whose last word may go on. */
export function marked(text, search) {
  const wanted = plain(search).match(/[\p{L}\p{N}]+/gu) ?? [];
  const goesOn = /\s$/.test(search) ? "" : wanted.at(-1);
  const fits = (word) => wanted.includes(word) || (goesOn && word.startsWith(goesOn));
  return text.split(WORDS).filter(Boolean).map((part) => ({ part, mark: WORDS.test(part) && Boolean(fits(plain(part))) }));
}

/** What stands below a title; nothing where the title says it already. */
export function excerptOf({ title, excerpt }, search = "") {
  return excerpt === title && !search ? "" : excerpt;
}

export function excerptView(item, search) {
  return marked(excerptOf(item, search), search).map(({ part, mark }) => (mark ? html`<mark>${part}</mark>` : part));
}
