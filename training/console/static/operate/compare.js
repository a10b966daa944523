// Two texts line by line, as the server compares them: what is new, what is gone, and three lines around it.

import { html } from "../shared/lit.js";
import { differing, marked } from "./comparing.js";

const AROUND = 3;
const MARKS = { added: "+", removed: "−", same: " ", gap: "" };
const SPOKEN = { added: "new: ", removed: "gone: ", same: "", gap: "" };

/** The lines of a comparison; `gap` stands for lines that are the same on both sides. */
export function compared(before, after) {
  const lines = pairedLines(before.split("\n"), after.split("\n"));
  const near = lines.map((_, at) => lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ kind }) => kind !== "same"));
  const shown = [];
  for (const [at, line] of lines.entries()) {
    if (near[at]) shown.push(line);
    else if (shown.length && shown.at(-1).kind !== "gap") shown.push({ kind: "gap", text: "" });
  }
  return shown.at(-1)?.kind === "gap" ? shown.slice(0, -1) : shown;
}

/** Longest common subsequence of lines, after what both begin and end with. */
function pairedLines(one, other) {
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < one.length - start && end < other.length - start && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  const [left, right] = [one.slice(start, one.length - end), other.slice(start, other.length - end)];
  const same = (text) => ({ kind: "same", text });
  return [...one.slice(0, start).map(same), ...middle(left, right), ...one.slice(one.length - end).map(same)];
}

function middle(left, right) {
  const lengths = Array.from({ length: left.length + 1 }, () => new Uint16Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i -= 1)
    for (let j = right.length - 1; j >= 0; j -= 1)
      lengths[i][j] = left[i] === right[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
  const lines = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      lines.push({ kind: "same", text: left[i] });
      [i, j] = [i + 1, j + 1];
    } else if (j >= right.length || (i < left.length && lengths[i + 1][j] >= lengths[i][j + 1])) {
      lines.push({ kind: "removed", text: left[i] });
      i += 1;
    } else {
      lines.push({ kind: "added", text: right[j] });
      j += 1;
    }
  }
  return lines;
}

/** For each line of a comparison the one that it took the place of, or that took its place: runs of as many lines are pairs. */
export function partners(lines) {
  const found = new Map();
  for (let at = 0; at < lines.length; at += 1) {
    if (lines[at].kind !== "removed") continue;
    const run = (from, kind) => lines.slice(from).findIndex((line) => line.kind !== kind);
    const length = (from, kind) => (run(from, kind) < 0 ? lines.length - from : run(from, kind));
    const gone = length(at, "removed");
    const come = length(at + gone, "added");
    const pairs = gone === come ? gone : 0;
    for (let n = 0; n < pairs; n += 1) {
      found.set(lines[at + n], lines[at + gone + n]);
      found.set(lines[at + gone + n], lines[at + n]);
    }
    at += gone - 1;
  }
  return found;
}

/** A line with the words marked that its partner does not have. */
function worded(line, partner) {
  if (!partner) return line.kind === "gap" ? "⋯" : line.text;
  const added = line.kind === "added";
  const parts = added ? differing(partner.text, line.text) : differing(line.text, partner.text);
  return marked(parts, added ? "after" : "before");
}

/** A comparison as it is read. */
export function comparison(lines) {
  if (!lines.length) return html`<p class="quiet">Both say the same.</p>`;
  const pairs = partners(lines);
  return html`<ol class="compared">
    ${lines.map((line) => ({ ...line, words: worded(line, pairs.get(line)) })).map(({ kind, words }) => html`<li class=${kind}><span class="mark" aria-hidden="true">${MARKS[kind]}</span><span class="only-read">${SPOKEN[kind]}</span><span class="words">${words}</span></li>`)}
  </ol>`;
}
