// A chat on any page: a button in the corner, behind which the chat opens in a frame. It touches nothing else of the page.
(() => {
  const chat = TOLD; // what the server knows of itself
  const address = new URL(".", document.currentScript.src);
  const NAME = "chatbot-widget";
  const KEY = `${NAME}-open`;
  if (customElements.get(NAME)) return;
  if (address.origin !== location.origin && !chat.origins.includes(location.origin)) {
    // oxlint-disable-next-line no-console -- whoever puts it on a page looks for the reason there
    console.error(`The chat of ${address.host} may not stand on ${location.origin}: have its operator name this origin in the setting widget_origins.`);
    return;
  }
  const STYLE = `
    :host { all: initial; --accent: ${chat.light}; --ink: #1d2733; --paper: #fff; --line: rgb(20 30 40 / .14); font: 400 16px/1.5 system-ui, sans-serif; }
    @media (prefers-color-scheme: dark) { :host { --accent: ${chat.dark}; --ink: #e4e9ef; --paper: #14181d; --line: rgb(255 255 255 / .16); } }
    button { font: inherit; cursor: pointer; }
    button:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
    .toggle { position: fixed; right: max(20px, env(safe-area-inset-right)); bottom: max(20px, env(safe-area-inset-bottom)); z-index: 2147483000; display: grid; place-items: center;
      width: 60px; height: 60px; padding: 0; border: 0; border-radius: 50%; background: ${chat.light}; color: #fff; box-shadow: 0 6px 24px rgb(0 0 0 / .28); transition: transform .15s; }
    .toggle:hover { transform: scale(1.05); }
    .toggle svg { width: 28px; height: 28px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
    .toggle .close, .toggle[aria-expanded="true"] .talk { display: none; } .toggle[aria-expanded="true"] .close { display: block; }
    .news { position: absolute; top: 2px; right: 2px; width: 14px; height: 14px; border: 2px solid var(--paper); border-radius: 50%; background: #d8322a; } .news[hidden] { display: none; }
    .panel { position: fixed; right: max(20px, env(safe-area-inset-right)); bottom: calc(max(20px, env(safe-area-inset-bottom)) + 74px); z-index: 2147483000; width: 408px; height: min(660px, calc(100vh - 120px));
      height: min(660px, calc(100dvh - 120px)); overflow: hidden; border: 1px solid var(--line); border-radius: 18px; background: var(--paper); color: var(--ink); box-shadow: 0 16px 56px rgb(0 0 0 / .3);
      transform-origin: 100% 100%; animation: rise .18s ease-out; }
    .panel[hidden] { display: none; }
    @keyframes rise { from { opacity: 0; transform: translateY(12px) scale(.98); } }
    iframe { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; color-scheme: normal; }
    .waiting { position: relative; z-index: 1; background: var(--paper); display: flex; align-items: center; justify-content: space-between; gap: 12px; padding: 12px 16px; } .waiting[hidden] { display: none; } .waiting p { margin: 0; }
    .waiting button { min-height: 44px; padding: 0 14px; border: 1px solid var(--line); border-radius: 10px; background: none; color: inherit; }
    @media (max-width: 520px), (max-height: 480px) { .panel { inset: 0; width: auto; height: auto; border: 0; border-radius: 0; } .toggle[aria-expanded="true"] { display: none; } }
    @media (prefers-reduced-motion: reduce) { .panel { animation: none; } .toggle { transition: none; } }
  `;

  const remember = (open) => {
    try {
      open ? sessionStorage.setItem(KEY, "1") : sessionStorage.removeItem(KEY);
    } catch { /* a browser that stores nothing opens it anew on each page */ }
  };
  const remembered = () => {
    try {
      return sessionStorage.getItem(KEY) !== null;
    } catch {
      return false;
    }
  };

  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  function drawing(name, path) {
    const [svg, line] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("class", name);
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  class Widget extends HTMLElement {
    #frame = null;
    #ready = false;
    #overflow = null;

    connectedCallback() {
      this.lang = chat.language;
      const root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      this.news = make("span", { class: "news", role: "img", "aria-label": "New message", hidden: "" });
      this.toggle = make("button", { class: "toggle", type: "button", "aria-expanded": "false", "aria-controls": "panel", "aria-label": `Chat: ${chat.title}` },
        drawing("talk", "M21 11.5a8 8 0 0 1-8.5 7.6c-1.3 0-2.6-.3-3.7-.8L4 20l1.3-4.2A7.3 7.3 0 0 1 4 11.5C4 7.4 7.8 4 12.5 4S21 7.4 21 11.5z"),
        drawing("close", "M6 6l12 12M18 6L6 18"), this.news);
      this.away = make("button", { type: "button" }, "Close");
      this.waiting = make("div", { class: "waiting" }, make("p", { role: "status" }, "Opening the chat …"), this.away);
      this.panel = make("div", { class: "panel", id: "panel", role: "dialog", "aria-label": `Chat: ${chat.title}`, hidden: "" }, this.waiting);
      root.append(this.panel, this.toggle);
      this.toggle.addEventListener("click", () => (this.opened ? this.close() : this.open()));
      this.away.addEventListener("click", () => this.close());
      root.addEventListener("keydown", (event) => event.key === "Escape" && this.opened && this.close());
      addEventListener("message", (event) => this.#hear(event));
      if (remembered()) this.open(false);
    }

    get opened() {
      return !this.panel.hidden;
    }

    open(focus = true) {
      if (!this.#frame) {
        const src = new URL("?widget", address).href;
        this.#frame = make("iframe", { src, title: `Chat: ${chat.title}`, allow: "microphone; clipboard-write", referrerpolicy: "strict-origin" });
        this.panel.append(this.#frame);
      }
      this.panel.hidden = false;
      this.news.hidden = true;
      this.toggle.setAttribute("aria-expanded", "true");
      this.#still(matchMedia("(max-width: 520px), (max-height: 480px)").matches);
      remember(true);
      if (focus) this.#focus();
    }

    close() {
      this.panel.hidden = true;
      this.toggle.setAttribute("aria-expanded", "false");
      this.#still(false);
      remember(false);
      this.toggle.focus();
    }

    #focus() {
      this.#frame.focus();
      if (this.#ready) this.#frame.contentWindow.postMessage("chatbot-open", address.origin);
      else this.wanted = true;
    }

    // On a phone the chat covers the page, which does not scroll behind it.
    #still(on) {
      const { style } = document.documentElement;
      if (on && this.#overflow === null) {
        this.#overflow = style.overflow;
        style.overflow = "hidden";
      } else if (!on && this.#overflow !== null) {
        style.overflow = this.#overflow;
        this.#overflow = null;
      }
    }

    #hear({ source, origin, data }) {
      if (!this.#frame || source !== this.#frame.contentWindow || origin !== address.origin) return;
      if (data === "chatbot-close") this.close();
      if (data === "chatbot-news") this.news.hidden = this.opened;
      if (data === "chatbot-ready") {
        this.#ready = true;
        this.waiting.hidden = true;
        if (this.wanted && this.opened) this.#focus();
        this.wanted = false;
      }
    }
  }

  customElements.define(NAME, Widget);
  const start = () => document.body.append(document.createElement(NAME));
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
