// What somebody thought of a reply, in words.

import { html, nothing } from "../shared/lit.js";
import { gradesWords } from "./grades.js";

const KINDS = {
  rating: ({ value }) => (value === "like" ? "liked this" : "disliked this"),
  stars: ({ stars }) => `graded it: ${gradesWords(stars)}`,
  correction: () => "wrote instead",
};

/** `takeBack` takes a correction of the reader back. */
export function feedbackView(feedback, takeBack) {
  const who = feedback.mine ? "You" : feedback.who[0].toUpperCase() + feedback.who.slice(1);
  return html`<div class="thought ${feedback.value ?? feedback.kind}">
    <span><strong>${who}</strong> ${KINDS[feedback.kind](feedback)}</span>
    ${feedback.reasons.map((reason) => html`<span class="chip">${reason}</span>`)}
    ${feedback.text ? html`<blockquote class="words">${feedback.text}</blockquote>` : nothing}
    ${feedback.mine && feedback.kind === "correction" ? html`<button class="plain small" @click=${() => takeBack(feedback)}>Take it back</button>` : nothing}
  </div>`;
}
