// An article's text as a title and the text below it, the way a new one is filled in.

const TITLED = /^# (.*)\n\n([\s\S]*)$/;

/** The parts of a text; one that does not begin with a title and an empty line is all text. */
export function parted(text) {
  const [, title = "", below = text] = text.match(TITLED) ?? [];
  return { title, below };
}

export function joined({ title, below }) {
  return `# ${title}\n\n${below}`;
}

/** Whether there is a title, and something below it besides headings. */
export function isWritten(text) {
  const { title, below } = parted(text);
  return Boolean(title.trim()) && below.split("\n").some((line) => line.trim() && !/^#+( |$)/.test(line));
}
