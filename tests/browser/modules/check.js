// What the tests of modules check with.

export function same(found, wanted) {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (one !== other) throw new Error(`found ${one}, wanted ${other}`);
}

export function truth(value, words = "") {
  if (!value) throw new Error(`not so: ${words || value}`);
}

/** A storage of its own for each test. */
export function storage(held = {}) {
  const kept = new Map(Object.entries(held));
  return {
    get length() {
      return kept.size;
    },
    key: (index) => [...kept.keys()][index],
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
}

export const settled = () => new Promise((done) => setTimeout(done, 0));
