// Small line drawings; what they stand for is said beside them or in the button's label.

import { html } from "./lit.js";

const PATHS = {
  back: "M15 5l-7 7 7 7",
  bell: "M18 9a6 6 0 0 0-12 0c0 6-2 7-2 7h16s-2-1-2-7M10 20a2 2 0 0 0 4 0",
  check: "M5 12.5l4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6L6 18",
  filter: "M4 6h16M7 12h10M10 18h4",
  help: "M9.2 9.2a2.9 2.9 0 1 1 4.2 2.6c-.9.5-1.4 1-1.4 2M12 17.3v.1M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0",
  info: "M12 11v5M12 8v.1M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0",
  search: "M11 4a7 7 0 1 0 0 14a7 7 0 0 0 0-14M16.2 16.2L20.5 20.5",
  shade: "M12 3a9 9 0 1 0 9 9a7 7 0 0 1-9-9",
  out: "M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9",
};

export function icon(name) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]}></path></svg>`;
}
