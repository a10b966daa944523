// The page /operate: a bar of tabs, the tab that its address names, and what all of them share.

import "../shared/dialogs.js";
import { Element } from "../shared/element.js";
import { html, nothing } from "../shared/lit.js";
import "../shared/notices.js";
import "./ask-before.js";
import { Console } from "./console.js";

class OperatePage extends Element {
  static properties = { slug: { state: true }, fault: { state: true } };

  #tabs = new Map();
  #parameters = new URLSearchParams();

  constructor() {
    super();
    this.slug = "";
    this.fault = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.console ??= new Console(JSON.parse(this.dataset.facts));
    this.follow(this.console);
    addEventListener("popstate", this.#arrive);
    this.addEventListener("click", this.#followLink);
  }

  firstUpdated() {
    this.console.say = (...said) => this.querySelector("page-notices").say(...said);
    this.console.ask = (asked) => this.querySelector("ask-before").ask(asked);
    this.console.go = (address) => this.#go(new URL(address, location.href));
    this.#arrive();
  }

  view() {
    const { facts, line } = this.console;
    return html`
      <nav class="tab-bar" aria-label="Operate">
        <ul>
          ${facts.tabs.map(({ slug, name }) => html`<li><a href=${slug} aria-current=${slug === this.slug ? "page" : nothing}>${name}</a></li>`)}
        </ul>
      </nav>
      ${line ? html`<p class="told warn line-told" role="status">${line}</p>` : nothing}
      <main id="tab">${this.fault ? this.#broken() : (this.#tabs.get(this.slug) ?? html`<p class="quiet waiting" aria-busy="true">Opening …</p>`)}</main>
      <page-notices></page-notices>
      <ask-before></ask-before>
    `;
  }

  #broken() {
    return html`<div class="empty"><p class="told wrong" role="alert">${this.fault}</p><button @click=${() => location.reload()}>Reload the page</button></div>`;
  }

  #arrive = async () => {
    const { tabs, title } = this.console.facts;
    const asked = location.pathname.split("/").at(-1);
    const { slug, name } = tabs.find((tab) => tab.slug === asked) ?? tabs[0];
    this.#parameters = new URLSearchParams(location.search);
    this.slug = slug;
    this.fault = "";
    document.title = `${name} · ${title}`;
    try {
      if (!this.#tabs.has(slug)) await import(`./${slug}.js`);
    } catch {
      this.fault = "This part of the page could not be loaded: the server may have been updated meanwhile.";
      return;
    }
    if (slug !== this.slug) return;
    if (!this.#tabs.has(slug)) this.#tabs.set(slug, Object.assign(document.createElement(`operate-${slug}`), { console: this.console }));
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector(".tab-bar [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
    this.#tabs.get(slug).opened(this.#parameters);
  };

  #go(url) {
    if (url.href !== location.href) history.pushState(null, "", url);
    scrollTo(0, 0);
    return this.#arrive();
  }

  /** Links between tabs stay in this page. */
  #followLink = (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || link.target || link.download || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const url = new URL(link.href);
    const here = new URL(".", location.href).href;
    if (!url.href.startsWith(here) || !this.console.has(url.pathname.slice(new URL(here).pathname.length))) return;
    event.preventDefault();
    this.#go(url);
  };
}

customElements.define("operate-page", OperatePage);
