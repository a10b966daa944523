// The base of our components: a lit element that draws into the page itself, so that one stylesheet serves all.

import { ReactiveElement, render } from "./lit.js";

export class Element extends ReactiveElement {
  #followed = [];

  createRenderRoot() {
    return this;
  }

  update(changed) {
    const view = this.view();
    super.update(changed);
    render(view, this, { host: this });
  }

  /** Draw anew whenever a model says that it changed, as long as the component is in the page. */
  follow(model) {
    this.#followed.push(model);
    if (this.isConnected) model.addEventListener("change", this.#drawAnew);
  }

  connectedCallback() {
    super.connectedCallback();
    for (const model of this.#followed) model.addEventListener("change", this.#drawAnew);
    this.requestUpdate();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const model of this.#followed) model.removeEventListener("change", this.#drawAnew);
  }

  #drawAnew = () => this.requestUpdate();
}

/** Something that components follow. */
export class Model extends EventTarget {
  changed() {
    this.dispatchEvent(new Event("change"));
  }
}
