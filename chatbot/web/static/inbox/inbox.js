// The page's state in one place: which cases are listed, which one is on view, and what the server tells of them.

import { Drafts } from "../shared/drafts.js";
import { Model } from "../shared/element.js";
import { Happenings } from "../shared/happenings.js";
import { Acts } from "./acts.js";
import { addressOf, viewOf } from "./address.js";
import { Attention } from "./attention.js";
import { Calls, callWords } from "./called.js";
import { Listing } from "./listing.js";
import { Opened } from "./opened.js";

const GATHERED_MS = 200;
const STAFF_MS = 2000;
const ENDED = new Set(["ended", "full"]);

export class Inbox extends Model {
  #listTimer = 0;
  #staffTimer = 0;

  /** `facts` are what the page says of the product: its title, the criteria of grades, the reasons of cases. */
  constructor(api, notices, facts) {
    super();
    this.page = crypto.getRandomValues(new Uint32Array(2)).join("-");
    Object.assign(this, { api, notices, facts, view: "", pane: "list", line: "opening" });
    this.listing = new Listing(api);
    this.opened = new Opened(api);
    this.calls = new Calls(api);
    this.acts = new Acts(this);
    this.attention = new Attention();
  }

  /** Read who is here, and what there is to choose from. */
  async readDesk() {
    const [staff, choices, canned] = await Promise.all([this.api.staff(), this.api.choices(), this.api.canned()]);
    this.desk = { ...this.facts, ...choices, staff, canned, me: staff.find(({ me }) => me) };
    this.drafts ??= new Drafts(this.desk.me.id);
    this.listing.me = this.desk.me.id;
  }

  /** Read anew what cases can be filtered by. */
  async readChoices() {
    const choices = await this.api.choices().catch(() => ({}));
    this.desk = { ...this.desk, ...choices };
    this.changed();
  }

  /** Show what the address wants, and follow what happens. */
  async start() {
    this.listing.addEventListener("change", () => this.#count());
    this.calls.addEventListener("change", () => {
      this.#count();
      this.#saw(this.opened.id);
    });
    this.calls.refresh();
    document.addEventListener("visibilitychange", () => this.#saw(this.opened.id));
    addEventListener("popstate", () => this.#follow(viewOf(location.search)));
    addEventListener("focus", () => ENDED.has(this.line) && this.#listenAgain());
    this.#listen(new Happenings(this.api.events(this.page)));
    await this.#follow(viewOf(location.search));
  }

  get me() {
    return this.desk.me;
  }

  get filter() {
    return this.listing.filter;
  }

  say(text, options = {}) {
    this.notices.say(text, options);
  }

  /** Narrow the list; what is given replaces those fields. */
  narrow(fields) {
    const filter = { ...this.filter, ...fields };
    this.view = "";
    this.pane = "list";
    this.#write({ filter, chosen: this.opened.id });
    return this.listing.show(filter);
  }

  open(id) {
    if (id === this.opened.id && !this.view) return this.show("talk");
    this.pane = "talk";
    this.view = "";
    this.#write({ filter: this.filter, chosen: id });
    this.changed();
    return this.#open(id);
  }

  /** Open the case before (-1) or after (+1) the one on view, reading on where the list ends. */
  async step(by) {
    if (by > 0 && this.opened.id === this.listing.items.at(-1)?.conversation) await this.listing.more();
    const beside = this.listing.beside(this.opened.id, by);
    if (beside) await this.open(beside.conversation);
  }

  /** Go to a pane, which on a phone is a screen. */
  show(pane) {
    this.pane = pane;
    if (pane === "list" && this.opened.id && matchMedia("(max-width: 700px)").matches) this.close();
    this.changed();
  }

  /** Leave what is on view: the line that says what was done, the answers in use, or the screen of a phone. */
  back() {
    if (this.notices.said) this.notices.close();
    else if (this.view) this.showAnswers(false);
    else this.show(this.pane === "context" ? "talk" : "list");
  }

  close() {
    this.listing.keep("");
    this.opened.clear();
    this.#look();
    this.pane = "list";
    this.#write({ filter: this.filter });
    this.changed();
  }

  showAnswers(wanted) {
    this.view = wanted ? "answers" : "";
    this.#write({ filter: this.filter, chosen: this.opened.id, view: this.view });
    this.changed();
  }

  /** What is typed to the visitor of the case on view. */
  draftedReply() {
    return this.drafts.get(this.opened.id, "reply") ?? "";
  }

  /** Tell the visitor, and colleagues, that an agent types. */
  tellTyping() {
    this.api.act(this.opened.id, "typing").catch(() => {});
  }

  /** Use an answer from now on. */
  approve(message, question, answer) {
    const undo = (made) => this.acts.withdraw(made, "Withdrawn: it is not used any more.");
    return this.#judged(message, "approve", { question, answer }, "In use: similar questions are answered with it from now on.", undo);
  }

  /** Have an answer wait until a colleague confirms it. */
  propose(message, question, answer, colleague) {
    return this.#judged(message, "propose", { question, answer, colleague }, "It waits: nobody is answered with it before a colleague confirms it.");
  }

  async #judged(message, what, body, words, undo = null) {
    const { id } = this.opened;
    const done = await this.acts.tried(() => this.api.judge(message, what, body), words, undo);
    if (done) this.opened.look(this.opened.looked, false);
    if (done) for (const field of ["correction", "question"]) this.drafts.drop(id, `${field}-${message}`);
    this.changed();
  }

  async refresh() {
    await Promise.all([this.listing.refresh(), this.opened.refresh(), this.calls.refresh()]);
  }

  async #follow({ filter, chosen, view }) {
    this.view = view;
    this.pane = chosen ? "talk" : "list";
    this.changed();
    const listed = this.listing.show(filter);
    this.listing.keep(chosen);
    if (chosen) await this.#open(chosen);
    else this.opened.clear();
    await listed;
  }

  async #open(id) {
    this.listing.keep(id);
    await this.opened.open(id);
    this.#look();
    if (this.opened.gone) this.drafts.dropAll(id);
    else this.#saw(id);
  }

  /** Tell colleagues which case is on view here. */
  #look() {
    const { id, whole } = this.opened;
    const told = whole ? this.api.act(id, "look", { page: this.page }) : this.api.lookAway(this.page);
    told.catch(() => {});
  }

  /** What is on view is unread no more, and calls no more, if somebody looks at it. */
  #saw(id) {
    const news = this.opened.whole?.case.unread || this.calls.to(id);
    if (news && id === this.opened.id && document.visibilityState === "visible") this.api.act(id, "seen").catch(() => {});
  }

  #write(view) {
    const address = addressOf(view);
    if (address !== location.search && !(address === "./" && !location.search)) history.pushState(null, "", address);
  }

  #listen(happenings) {
    const told = (line) => {
      this.line = line;
      this.changed();
    };
    happenings.addEventListener("first", () => {
      told("live");
      this.#look();
    });
    happenings.addEventListener("again", async () => {
      told("live");
      this.#look();
      await this.refresh();
    });
    happenings.addEventListener("broken", async () => told(happenings.ended ? await this.#whyEnded() : "broken"));
    happenings.addEventListener("lost", () => this.refresh());
    for (const kind of ["message", "reply", "case", "note"]) {
      happenings.addEventListener(kind, ({ detail }) => this.#happened(detail.conversation));
    }
    happenings.addEventListener("call", ({ detail }) => this.#called(detail));
    happenings.addEventListener("typing", ({ detail }) => this.#typed(detail));
    for (const kind of ["presence", "look"]) {
      happenings.addEventListener(kind, ({ detail }) => this.#moved(detail));
    }
  }

  /** Whether nothing more is told since the sign-in has ended, or since too many pages of this agent are open. */
  async #whyEnded() {
    const refusal = await this.api.staff().catch(({ status }) => status);
    return refusal === 401 ? "ended" : "full";
  }

  async #listenAgain() {
    this.line = "opening";
    this.#listen(new Happenings(this.api.events(this.page)));
    await this.refresh();
  }

  #happened(conversation) {
    if (conversation === this.opened.id) {
      this.opened.refresh().then(() => this.#saw(conversation));
    }
    this.#listSoon();
  }

  /** A colleague calls: it is said now, and stands above the list until the chat is opened. */
  async #called({ conversation, detail }) {
    if (detail.person !== this.me.id) return;
    await this.calls.refresh();
    const call = this.calls.to(conversation);
    if (!call) return;
    const open = () => this.open(conversation);
    this.attention.call(`${callWords(call)}.`, open);
    if (conversation !== this.opened.id) this.say(`${callWords(call)}.`, { act: { words: "Open", run: open } });
    else this.#saw(conversation);
  }

  #moved({ conversation }) {
    if (conversation && conversation === this.opened.id) this.opened.refresh();
    if (!conversation) this.#staffSoon();
  }

  #typed({ conversation, detail }) {
    if (conversation === this.opened.id && detail.person !== this.me.id) this.opened.types(detail.person ?? "", detail.name ?? "");
  }

  /** Who is there has changed: read it when somebody may want to know. */
  #staffSoon() {
    clearTimeout(this.#staffTimer);
    this.#staffTimer = setTimeout(async () => {
      this.desk = { ...this.desk, staff: await this.api.staff() };
    }, STAFF_MS);
  }

  #listSoon() {
    clearTimeout(this.#listTimer);
    this.#listTimer = setTimeout(() => {
      this.listing.refresh();
      if (this.calls.items.length) this.calls.refresh();
    }, GATHERED_MS);
  }

  #count() {
    if (this.attention.count(this.listing.attention + this.calls.items.length)) this.attention.call("Somebody waits or has written.", () => this.show("list"));
  }
}
