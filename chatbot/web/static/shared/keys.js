// Keys of a page: single letters where nobody types, and those with Ctrl or Alt everywhere; Escape leaves a field.
// Letters in quick succession are words that somebody types without looking where: after the first, none changes anything.

const WORD_MS = 200;

/** What a press is called: "j", "?", "ctrl+Enter", "alt+Enter"; Command counts as Ctrl. */
export function nameOf(event) {
  const held = (event.ctrlKey || event.metaKey ? "ctrl+" : "") + (event.altKey ? "alt+" : "");
  return held + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
}

export function isTyping(target) {
  return target instanceof HTMLElement && target.matches("input:not([type=radio], [type=checkbox]), textarea, select");
}

export class Keys {
  #bound = new Map();
  #last = null;
  #harmless = new Set();

  constructor(target = document) {
    target.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** Bind a key; `words` stand in the list that people read, `whileTyping` lets it act in a field too. */
  bind(name, words, act, whileTyping = false) {
    this.#bound.set(name, { words, act, whileTyping });
    return this;
  }

  /** Let keys act also where words are typed: those that change nothing. */
  harmless(...names) {
    this.#harmless = new Set(names);
    return this;
  }

  get list() {
    return [...this.#bound].map(([name, { words }]) => ({ name, words })).filter(({ words }) => words);
  }

  #pressed(event) {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    if (isTyping(event.target) && event.key === "Escape") {
      event.preventDefault(); // what is searched for stays
      event.target.blur();
      return;
    }
    const found = this.#bound.get(nameOf(event));
    if (this.#inWord(event) || !found || (isTyping(event.target) && !found.whileTyping)) return;
    if (event.target.type === "radio" && event.key.startsWith("Arrow")) return;
    event.preventDefault();
    found.act(event);
  }

  /** Whether a letter comes right after another one, at the same place. */
  #inWord(event) {
    const { target, timeStamp } = event;
    const name = nameOf(event);
    const letter = /^\p{L}$/u.test(name) ? name : "";
    const before = this.#last;
    this.#last = { letter, target, timeStamp };
    if (!letter || !before?.letter || before.letter === letter || this.#harmless.has(letter)) return false;
    return before.target === target && timeStamp - before.timeStamp < WORD_MS;
  }
}
