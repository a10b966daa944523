// What we use of lit, in one place, so that a new version is one edit.

export { html, nothing, render, svg } from "../../../vendored/lit-html-3.3.3/lit-html.js";
export { live } from "../../../vendored/lit-html-3.3.3/directives/live.js";
export { repeat } from "../../../vendored/lit-html-3.3.3/directives/repeat.js";
export { ReactiveElement } from "../../../vendored/reactive-element-2.1.2/reactive-element.js";
