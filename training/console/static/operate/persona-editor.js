// <persona-editor>: who the bot is, and what it and the chat page say in the pack's words.

import { html, live, nothing } from "../shared/lit.js";
import { FileEditor } from "./file-editor.js";
import "./opening-hours.js";

const TEXTS = {
  ask: "In the empty message box",
  small_print: "Below the message box",
  person: "The button that fetches a person",
  helped: "The question at the end of a chat",
  consent: "The switch that lets chats be learned from",
  consent_means: "What that switch means",
  consent_given: "What is said while it is on",
  attached: "What is sent with a file where nothing is typed",
  unseen: "That the bot cannot look at a file",
};

class PersonaEditor extends FileEditor {
  get heading() {
    return "Persona and texts";
  }

  get called() {
    return "page of texts";
  }

  body() {
    const { draft } = this;
    const form = draft.value;
    if (typeof form === "string") return html`<textarea class="article-text" aria-label="pack.toml" .value=${live(form)} @input=${(event) => draft.type(event.target.value)}></textarea>`;
    const set = (name, value) => draft.type({ ...form, [name]: value });
    const line = (name, label, hint = "") => html`<label class="field">${label}<input .value=${live(form[name])} @input=${(event) => set(name, event.target.value)}>${hint ? html`<small>${hint}</small>` : nothing}</label>`;
    const text = (name, label, rows, hint = "") => html`<label class="field">${label}<textarea rows=${rows} .value=${live(form[name])} @input=${(event) => set(name, event.target.value)}></textarea>${hint ? html`<small>${hint}</small>` : nothing}</label>`;
    const lines = (name, label, rows, hint) => html`<label class="field">${label}<textarea rows=${rows} .value=${live(form[name].join("\n"))} @input=${(event) => set(name, event.target.value.split("\n"))}></textarea><small>${hint}</small></label>`;
    return html`<div class="two">
      <div class="stack">
        <section class="card stack"><h3>Who the bot is</h3>
          ${line("title", "Name that people see")}${line("description", "What it is for")}
          ${text("system", "What the model is told", 6, "Read with every question: keep it short.")}
          ${text("unknown", "Said when nothing near enough is found", 3)}
          <label class="field">Colour of buttons and links<input type="color" class="colour" .value=${live(form.accent)} @input=${(event) => set("accent", event.target.value)}></label>
        </section>
        <section class="card stack"><h3>Words of the chat page</h3>
          ${Object.keys(form.texts).map((name) => html`<label class="field">${TEXTS[name] ?? name}<input .value=${live(form.texts[name] ?? "")} @input=${(event) => set("texts", { ...form.texts, [name]: event.target.value })}></label>`)}
          <p class="quiet small">Empty ones are said as usual.</p>
        </section>
      </div>
      <div class="stack">
        <section class="card stack"><h3>The empty chat</h3>
          ${text("greeting", "Greeting", 3)}${lines("suggestions", "First questions, one a line", 4, "1 to 8, shown as buttons.")}
        </section>
        <section class="card stack"><h3>Reaching a person</h3>
          ${line("email", "E-mail")}${line("phone", "Telephone")}${line("hours", "Hours, in words")}
          ${text("message", "Said when a person is fetched", 3)}
          ${lines("phrases", "Words that ask for a person, one a line", 6, "Wherever a message holds one of them, a person is fetched.")}
        </section>
        <section class="card stack"><h3>When colleagues answer</h3>
          <opening-hours .hours=${form.opening} .onChanged=${(hours) => set("opening", hours)}></opening-hours>
          ${form.opening ? html`${text("outside", "Said outside hours, asking for an address", 3)} ${text("kept", "Said once an address was given", 2, "{address} stands for it.")}` : nothing}
        </section>
      </div>
    </div>`;
  }
}

customElements.define("persona-editor", PersonaEditor);
