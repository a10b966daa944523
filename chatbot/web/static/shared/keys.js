// Keys of a page: single letters where nobody types, and those with Ctrl or Alt everywhere.

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

  constructor(target = document) {
    target.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** Bind a key; `words` stand in the list that people read, `whileTyping` lets it act in a field too. */
  bind(name, words, act, whileTyping = false) {
    this.#bound.set(name, { words, act, whileTyping });
    return this;
  }

  get list() {
    return [...this.#bound].map(([name, { words }]) => ({ name, words })).filter(({ words }) => words);
  }

  #pressed(event) {
    const found = this.#bound.get(nameOf(event));
    if (!found || event.defaultPrevented || event.isComposing) return;
    if (isTyping(event.target) && !found.whileTyping) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    found.act(event);
  }
}
