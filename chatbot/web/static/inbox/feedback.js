// What somebody thought of a reply, in words.

import { html, nothing } from "../shared/lit.js";

const KINDS = {
  rating: ({ value }) => (value === "like" ? "liked this" : "disliked this"),
  stars: ({ stars }) => `gave ${Object.entries(stars).map(([criterion, count]) => `${criterion} ${count}`).join(", ")}`,
  correction: () => "wrote instead",
};

export function feedbackView(feedback) {
  const who = feedback.mine ? "You" : feedback.who[0].toUpperCase() + feedback.who.slice(1);
  return html`<div class="thought ${feedback.value ?? feedback.kind}">
    <span><strong>${who}</strong> ${KINDS[feedback.kind](feedback)}</span>
    ${feedback.reasons.map((reason) => html`<span class="chip">${reason}</span>`)}
    ${feedback.text ? html`<blockquote class="words">${feedback.text}</blockquote>` : nothing}
  </div>`;
}
