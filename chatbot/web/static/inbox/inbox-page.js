// The page /review: three panes, which are screens on a phone, and the keys for everything.

import "./answers-view.js";
import "./canned-replies.js";
import "./case-asks.js";
import "./case-calls.js";
import "./case-composer.js";
import "./case-context.js";
import "./case-head.js";
import "./case-judge.js";
import "./case-list.js";
import "./case-talk.js";

import "../shared/dialogs.js";
import { Element } from "../shared/element.js";
import { Keys } from "../shared/keys.js";
import { html, nothing } from "../shared/lit.js";
import "../shared/notices.js";
import * as api from "./api.js";
import { Inbox } from "./inbox.js";

const LINES = {
  broken: "The connection is lost; what is shown may be old. It comes back by itself.",
  ended: "Your sign-in has ended: sign in again in another tab, and come back. What you typed is kept.",
  full: "You have too many of these pages open, so that this one hears nothing: close one, and come back.",
};

class InboxPage extends Element {
  static properties = { fault: { state: true }, inbox: { state: true } };

  async firstUpdated() {
    const inbox = new Inbox(api, this.querySelector("page-notices"), JSON.parse(this.dataset.facts));
    inbox.ask = (what, about) => (what === "canned" ? this.querySelector("canned-replies").open() : this.querySelector("case-asks").ask(what, about));
    inbox.insert = (text) => this.querySelector("case-composer").insert(text);
    inbox.write = (kind) => this.querySelector("case-composer")?.write(kind);
    this.keys = this.#keys(inbox);
    this.#showAttention(inbox.attention);
    this.follow(inbox);
    try {
      await inbox.readDesk();
    } catch (fault) {
      this.fault = fault.message;
      return;
    }
    this.inbox = inbox;
    await inbox.start();
  }

  view() {
    return html`${this.inbox ? this.#panes(this.inbox) : this.#opening()}
      <page-notices></page-notices>
      <key-help .keys=${this.keys}></key-help>`;
  }

  #opening() {
    if (!this.fault) return html`<div class="empty" aria-busy="true"><p>Opening …</p></div>`;
    return html`<div class="empty"><p class="told wrong" role="alert">${this.fault}</p><button @click=${() => location.reload()}>Try again</button></div>`;
  }

  #panes(inbox) {
    const words = LINES[inbox.line];
    return html`
      ${words ? html`<p class="told warn line-told" role="status">${words}</p>` : nothing}
      ${
        inbox.view === "answers"
          ? html`<answers-view .inbox=${inbox}></answers-view>`
          : html`<div class="panes" data-pane=${inbox.pane}>
              <case-list aria-label="Chats" role="region" .inbox=${inbox}></case-list>
              <case-talk .inbox=${inbox}></case-talk>
              <case-context role="complementary" aria-label="About this chat" .inbox=${inbox}></case-context>
            </div>`
      }
      <case-asks .inbox=${inbox}></case-asks>
      <canned-replies .inbox=${inbox}></canned-replies>
    `;
  }

  #keys(inbox) {
    const part = (name) => this.querySelector(name);
    const toReply = async () => {
      if (!inbox.opened.reply) return;
      inbox.opened.look(inbox.opened.looked, true);
      await part("case-talk").updateComplete;
      part("case-judge")?.focus();
    };
    const judge = (act) => () => {
      if (part("[data-looked]")?.contains(document.activeElement)) act(part("case-judge"));
      else if (inbox.opened.reply) inbox.say("This key is for a reply of the bot: press g first.");
    };
    const onCase = (act) => () => inbox.opened.whole && act(inbox.opened.whole.case);
    const onHeld = (act) => onCase(({ holder }) => (holder === inbox.me.id ? act() : inbox.say("You do not hold this chat: press c first.")));
    const keys = new Keys()
      .bind("j", "next chat", () => inbox.step(1))
      .bind("k", "previous chat", () => inbox.step(-1))
      .bind("/", "search all chats (Enter opens the first)", () => part("case-list").focusSearch())
      .bind("c", "claim, or take over", onCase((one) => (one.status === "held" ? one.holder !== inbox.me.id && inbox.ask("over") : inbox.acts.claim())))
      .bind("r", "write to the visitor", onCase(() => part("case-composer").write("reply")))
      .bind("n", "write a note to colleagues", onCase(() => part("case-composer").write("note")))
      .bind("ctrl+Enter", "send what is typed", onCase(() => part("case-composer").send()))
      .bind("d", "a draft by the model (in the field: Alt+Enter)", onCase(() => part("case-composer").draft()))
      .bind("i", "a canned reply (in the field: /)", onCase(() => inbox.ask("canned")))
      .bind("l", "add a label", onCase(() => part("case-context").focusLabel()))
      .bind("b", "hand back to the bot", onHeld(() => inbox.ask("release")))
      .bind("t", "transfer to a colleague", onHeld(() => inbox.ask("transfer")))
      .bind("e", "done, or reopen", onCase((one) => (one.status === "done" ? inbox.acts.reopen() : inbox.acts.finish())))
      .bind("ArrowLeft", "the reply before, to look at", () => inbox.opened.lookBeside(-1))
      .bind("ArrowRight", "the reply after", () => inbox.opened.lookBeside(1))
      .bind("g", "grade, correct or approve the reply that is looked at", toReply);
    for (const grade of [1, 2, 3, 4, 5]) {
      keys.bind(String(grade), grade === 1 ? "after g: how good it is" : "", judge((one) => one.grade(grade)));
    }
    return keys
      .bind("a", "after g: use the answer from now on", judge((one) => one.approve()))
      .bind("s", "after g: save the correction", judge((one) => one.save()))
      .bind("u", "undo", () => inbox.notices.undo() || inbox.say("There is nothing to undo now."))
      .bind("Escape", "leave a field, then back", () => inbox.back())
      .bind("?", "this list", () => part("key-help").open())
      .harmless("j", "k");
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("click", this.#head);
    this.querySelector(".empty")?.remove(); // what stood here until this module was loaded
  }

  #head = async (event) => {
    const act = event.target.closest?.("[data-act]")?.dataset.act;
    if (act === "keys") this.querySelector("key-help").open();
    if (!this.inbox) return;
    if (act === "answers") this.inbox.showAnswers(this.inbox.view !== "answers");
    if (act === "attention") {
      this.inbox.say(await this.inbox.attention.toggle());
      this.#showAttention(this.inbox.attention);
    }
  };

  /** Let the button in the page's head tell whether sound is on. */
  #showAttention({ on }) {
    const button = document.querySelector("[data-act=attention]");
    const words = `Sound and notifications: ${on ? "on" : "off"}`;
    button.setAttribute("aria-pressed", on);
    button.title = words;
    button.querySelector(".said").textContent = words;
  }
}

customElements.define("inbox-page", InboxPage);
