// The choice of how many days back something is counted; the address keeps it.

import { html } from "../shared/lit.js";

const DAYS = { 7: "7 days", 30: "30 days", 90: "90 days" };

/** The days that an address names, 30 where it names none. */
export function daysOf(parameters) {
  const days = parameters.get("days");
  return days in DAYS ? days : "30";
}

/** The buttons; `slug` is the tab to stay at. */
export function periods(console, slug, days) {
  return html`<div class="choice push" role="group" aria-label="Time">
    ${Object.entries(DAYS).map(([value, words]) => html`<button aria-pressed=${value === days ? "true" : "false"} @click=${() => console.go(`${slug}?days=${value}`)}>${words}</button>`)}
  </div>`;
}
