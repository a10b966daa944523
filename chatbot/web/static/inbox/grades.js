// The criteria of grades in words of everybody.

const ASKED = { accuracy: "Is it right?", coherence: "Does it hang together?", fluency: "Is it well written?", engagement: "Is it friendly?" };
const SAID = { accuracy: "right", coherence: "hangs together", fluency: "well written", engagement: "friendly" };

/** What is asked of a reply. */
export const askedOf = (criterion) => ASKED[criterion] ?? criterion;

/** What grades say. */
export function gradesWords(stars) {
  return Object.entries(stars)
    .map(([criterion, grade]) => `${SAID[criterion] ?? criterion} ${grade} of 5`)
    .join(", ");
}
