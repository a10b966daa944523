// The choice of how many days back something is counted; the address keeps it, and the browser for the other tabs.

import { html } from "../shared/lit.js";

const DAYS = { 7: "7 days", 30: "30 days", 90: "90 days" };

const KEPT = "operate/days";

/** The days that an address names, else those chosen last, else 30. */
export function daysOf(parameters) {
  const days = parameters.get("days");
  if (days in DAYS) localStorage.setItem(KEPT, days);
  const kept = localStorage.getItem(KEPT);
  return kept in DAYS ? kept : "30";
}

/** The buttons; `slug` is the tab to stay at. */
export function periods(console, slug, days) {
  return html`<div class="choice push" role="group" aria-label="Time">
    ${Object.entries(DAYS).map(([value, words]) => html`<button aria-pressed=${value === days ? "true" : "false"} @click=${() => console.go(`${slug}?days=${value}`)}>${words}</button>`)}
  </div>`;
}
