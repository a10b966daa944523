// <article-editor>: an article's text, how visitors read it, and which questions find it.

import { html, live, nothing } from "../shared/lit.js";
import { joined, parted } from "./article-parts.js";
import { FileEditor } from "./file-editor.js";
import "./article-questions.js";

const VIEWS = { write: "Write", preview: "Preview", questions: "Questions" };

class ArticleEditor extends FileEditor {
  static properties = { question: { attribute: false } };

  constructor() {
    super();
    this.shown = "preview";
    this.question = "";
  }

  connectedCallback() {
    super.connectedCallback();
    if (this.draft.isNew && matchMedia("(max-width: 900px)").matches) this.shown = "write";
  }

  get heading() {
    const title = this.draft.text.match(/^# +(\S.*)$/m)?.[1];
    return title ?? (this.draft.isNew ? "New article" : this.draft.file);
  }

  body() {
    const { draft } = this;
    const pressed = (name) => (name === this.shown ? "true" : "false");
    return html`
      <div class="beside" data-shown=${this.shown}>
        <div class="pane side">
          <div class="choice" role="group" aria-label="What is shown">
            ${Object.entries(VIEWS).map(([name, words]) => html`<button class=${name} aria-pressed=${pressed(name)} @click=${() => (this.shown = name)}>${words}</button>`)}
          </div>
          ${super.told()}
        </div>
        <div class="pane write">
          ${draft.isNew ? this.#partsOfNew() : html`<textarea class="article-text" aria-label="Text of the article, in Markdown" spellcheck="true" .value=${live(draft.value)} @input=${(event) => draft.type(event.target.value)}></textarea>`}
          <p class="quiet small">Markdown: ${draft.isNew ? nothing : html`<code># Title</code>, `}<code>## Section</code>, <code>- item</code>, tables. Keep sections short: each is found and quoted by itself.</p>
        </div>
        <div class="pane read">${this.shown === "questions" ? this.#questions() : this.#preview()}</div>
      </div>
    `;
  }

  /** A new article has its title and its text apart. */
  #partsOfNew() {
    const { draft } = this;
    const parts = parted(draft.value);
    const put = (part) => draft.type(joined({ ...parts, ...part }));
    return html`
      <label class="field">Title<input class="article-title" .value=${live(parts.title)} @input=${(event) => put({ title: event.target.value })}></label>
      <label class="field">Text<textarea class="article-text" spellcheck="true" .value=${live(parts.below)} @input=${(event) => put({ below: event.target.value })}></textarea></label>
      ${draft.name || draft.named ? html`<label class="row small quiet">Its address will be <code>articles/</code><input class="file-name" aria-label="Address of the article" .value=${live(draft.name)} @input=${this.#rename} maxlength="40"></label>` : nothing}
    `;
  }

  state() {
    return this.draft.unfinished && !this.draft.restored ? "Give it a title and a text." : super.state();
  }

  async showLine(line, words) {
    if (matchMedia("(max-width: 900px)").matches) this.shown = "write";
    await this.updateComplete;
    if (!this.draft.isNew) return super.showLine(line, words);
    if (line < 3) return this.querySelector(".article-title").focus();
    return super.showLine(line - 2);
  }

  /** Stands beside the text, so that nothing moves while somebody types. */
  told() {
    return nothing;
  }

  #questions() {
    if (this.draft.unfinished) return html`<p class="quiet">Which questions find it is told here once it has a title and a text.</p>`;
    return html`<article-questions .console=${this.console} .draft=${this.draft} .question=${this.question}></article-questions>`;
  }

  #preview() {
    const { checked, unfinished } = this.draft;
    if (unfinished) return html`<p class="quiet">How visitors read it is shown here once it has a title and a text.</p>`;
    if (!checked) return html`<p class="quiet" aria-busy="true">Reading …</p>`;
    if (checked.faults.length) return html`<p class="quiet">The preview comes back once what is wrong is put right.</p>`;
    return html`<article class="article-read" .innerHTML=${checked.html} @click=${this.#follow}></article>
      <p class="quiet small">${checked.passages === 1 ? "One passage" : `${checked.passages} passages`}, each marked at its left: what the bot finds and quotes as a whole.</p>`;
  }

  /** Links to other articles lead to their editor. */
  #follow = (event) => {
    const link = event.target.closest("a[href]");
    if (!link || link.target === "_blank") return;
    event.preventDefault();
    event.stopPropagation();
    this.console.go(`knowledge?file=${encodeURIComponent(`articles/${link.getAttribute("href")}.md`)}`);
  };

  #rename = (event) => {
    this.draft.named = true;
    this.draft.name = event.target.value.trim();
  };
}

customElements.define("article-editor", ArticleEditor);
