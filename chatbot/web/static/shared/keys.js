// Keys of a page: single letters where nobody types, and those with Ctrl or Alt everywhere; Escape leaves a field.

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
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    if (isTyping(event.target) && event.key === "Escape") {
      event.preventDefault(); // what is searched for stays
      event.target.blur();
      return;
    }
    const found = this.#bound.get(nameOf(event));
    if (!found || (isTyping(event.target) && !found.whileTyping)) return;
    if (event.target.type === "radio" && event.key.startsWith("Arrow")) return;
    event.preventDefault();
    found.act(event);
  }
}
