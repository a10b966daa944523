// Files that a visitor sent, beside their message: pictures are shown, anything else is there to be saved.

import { html, nothing } from "../shared/lit.js";

const SMALL_SIDE = 480;

/** The sides of the small picture of a file. */
export function smallSize({ width, height }) {
  const scale = Math.min(1, SMALL_SIDE / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/** A number of bytes in words. */
export function weight(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function filesView(files) {
  if (!files.length) return nothing;
  return html`<ul class="sent-files" aria-label="Files">${files.map((file) => html`<li>${file.width ? picture(file) : other(file)}</li>`)}</ul>`;
}

function picture(file) {
  const { width, height } = smallSize(file);
  return html`<a class="photo" href="api/uploads/${file.id}" target="_blank" rel="noopener" title="${file.name}, ${file.width} × ${file.height}"
      ><img src="api/uploads/${file.id}?small" alt=${file.name} width=${width} height=${height} loading="lazy"
    /></a>
    <a class="small quiet" href="api/uploads/${file.id}?save" download=${file.name}>Save (${weight(file.size)})</a>`;
}

function other(file) {
  return html`<a class="sheet" href="api/uploads/${file.id}?save" download=${file.name}>${file.name} <span class="small quiet">${weight(file.size)}</span></a>
    <span class="small quiet">from a stranger: open it with care</span>`;
}
