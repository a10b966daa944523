// Canned replies hold words in braces: those that are known are filled in, the others are left to the agent.

const PLACEHOLDER = /\{([\p{L}_][\p{L}\p{N}_ ]{0,40})\}/gu;
export const KNOWN = ["agent", "shop", "title", "date"];

/** A canned reply with what is known put in. */
export function filled(text, values) {
  return text.replace(PLACEHOLDER, (whole, name) => values[name.trim().toLowerCase()] ?? whole);
}

/** Where the first word in braces stands that is still to be filled in: `[start, end]`, or null. */
export function firstOpen(text) {
  const found = [...text.matchAll(PLACEHOLDER)][0];
  return found ? [found.index, found.index + found[0].length] : null;
}

/** The canned replies that a word typed after "/" may mean: those whose name begins with it first. */
export function matching(canned, word) {
  const wanted = word.toLowerCase();
  const named = canned.filter(({ name }) => name.toLowerCase().startsWith(wanted));
  const others = canned.filter((one) => !named.includes(one) && `${one.name} ${one.text}`.toLowerCase().includes(wanted));
  return [...named, ...others];
}
