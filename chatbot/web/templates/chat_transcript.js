// Draws the conversation from plain data, with the scripts that stand before this one: parts, Markdown, folding, rating, closing.
const talk = element.querySelector(".talk");
const drawn = new Map();
const drafts = new Map();
const unfolded = new Set();
let conversation = null;
let busy = false;
let height = 0;
let stopping = false;

function branches(item) {
  const place = item.siblings.indexOf(item.id);
  if (item.siblings.length < 2 || place < 0) return null;
  const step = (name, label, offset) =>
    button(name, label, () => trigger("branch", { message: item.siblings[place + offset] }), { disabled: !item.siblings[place + offset] });
  return make("span", { class: "branches" }, step("back", "Previous version", -1), `${place + 1} / ${item.siblings.length}`, step("on", "Next version", 1));
}

// A source is a link to its article, at the passage; what was said to somebody else has no page and opens in place.
function chip(source) {
  if (!source.href) return make("details", { class: "chip" }, make("summary", {}, source.title), make("p", {}, source.text));
  const href = new URL(source.href, document.baseURI).href;
  return make("a", { class: "chip", href, target: "_blank", rel: "noopener", title: source.text }, source.title);
}

function sources(item) {
  if (!item.sources.length) return null;
  return make("ul", { class: "sources", "aria-label": "Sources" }, ...item.sources.map((source) => make("li", {}, chip(source))));
}

function replyActions(item) {
  const given = rating(item);
  const thumb = (value, label) =>
    button(value, label, () => rate(item, given === value ? null : value), { "aria-pressed": String(given === value) });
  const copying = button("copy", "Copy", () => copy(item.text, copying));
  const about = item.text ? [thumb("like", "Good reply"), thumb("dislike", "Bad reply"), speaking(item)] : [];
  return make("div", { class: "actions" }, branches(item), item.text ? copying : null,
    button("again", "Regenerate", () => trigger("again", { message: item.id })), ...about,
    item.at ? moment(item.at) : null,
    make("span", { class: "thanks", role: "status" }, thanked.get(item.id) || ""));
}

function note(item) {
  if (item.handoff) return make("p", { class: "note handoff" }, "Passed on to a person");
  if (item.status === "stopped") return make("p", { class: "note" }, "Stopped");
  if (item.status === "interrupted" || item.status === "failed") return make("p", { class: "note warn" }, "This reply was cut off. Regenerate it to try again.");
  if (item.uncertain && item.act !== "abstain" && item.status === "complete") return make("p", { class: "note" }, "Not sure about this one: please check it");
  return null;
}

function written(item) {
  const writing = item.status === "streaming";
  const text = writing ? settled(item.text) : item.text;
  if (writing && !text.trim()) return { lead: make("span", { class: "dots", "aria-label": "Writing" }, make("i"), make("i"), make("i")), rest: null };
  const lead = prose(text);
  const rest = takeRest(lead, writing);
  if (writing) markEnd(rest || lead);
  return { lead, rest };
}

function markEnd(blocks) {
  let end = blocks.lastElementChild;
  while (end?.lastElementChild?.matches("ul, ol, li, p")) end = end.lastElementChild;
  end?.classList.add("end");
}

// Puts the words of a reply into its node; what is folded away stays so until somebody asks for it.
function write(node, item) {
  const { lead, rest } = written(item);
  const open = unfolded.has(item.id);
  node.querySelector(".lead").replaceChildren(lead);
  node.querySelector(".rest").replaceChildren(...(rest ? [rest] : []));
  node.querySelector(".rest").hidden = !rest || !open;
  const more = node.querySelector(".more");
  more.hidden = !rest;
  more.textContent = open ? "Show less" : item.status === "streaming" ? "Show the rest as it is written" : "Show the rest";
  more.setAttribute("aria-expanded", String(open));
  return node;
}

function fold(id) {
  unfolded.delete(id) || unfolded.add(id);
  const { node, item } = drawn.get(id);
  write(node, item);
}

function reply(item) {
  const writing = item.status === "streaming";
  const body = make("div", { class: "prose-text" }, make("div", { class: "lead" }), make("div", { class: "rest" }));
  const more = make("button", { type: "button", class: "link more", onclick: () => fold(item.id) });
  const finished = writing ? [] : [note(item), sources(item), replyActions(item), panel(item)];
  const node = make("article", { class: `message reply ${writing ? "writing" : ""}`, "aria-label": "Reply", "data-message": item.id }, body, more, ...finished);
  return write(node, item);
}

function editor(item) {
  const area = make("textarea", { rows: 3, "aria-label": "Edit your message", oninput: (event) => drafts.set(item.id, event.target.value) });
  area.value = drafts.get(item.id);
  const close = () => { drafts.delete(item.id); redraw(item.id); };
  const send = () => area.value.trim() && trigger("revise", { message: item.id, text: area.value });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    }
  });
  return make("div", { class: "editor" }, area, make("div", { class: "row" },
    make("button", { type: "button", class: "small primary", onclick: send }, "Send"),
    make("button", { type: "button", class: "small", onclick: close }, "Cancel")));
}

function question(item, last) {
  const attributes = { class: "message question", "aria-label": "Your message", "data-message": item.id };
  if (drafts.has(item.id)) return make("article", attributes, editor(item));
  const edit = () => {
    drafts.set(item.id, item.text);
    redraw(item.id);
    drawn.get(item.id).node.querySelector("textarea").focus();
  };
  const copying = button("copy", "Copy", () => copy(item.text, copying));
  const actions = item.id ? make("div", { class: "actions" }, branches(item), copying, button("edit", "Edit", edit), item.at ? moment(item.at) : null) : null;
  const retry = last && item.id && !item.held
    ? make("p", { class: "note warn" }, "No reply came. ",
        make("button", { type: "button", class: "link", onclick: () => trigger("revise", { message: item.id, text: item.text }) }, "Try again"))
    : null;
  return make("article", attributes, files(item), make("div", { class: "bubble" }, item.text), retry, actions);
}

const ask = (text) => make("button", { type: "button", class: "suggestion", onclick: () => trigger("suggest", { text }) }, text);

// What an agent wrote, letter by letter; addresses can be followed.
function personal(item) {
  const words = item.text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]])/).map((part, place) =>
    place % 2 ? make("a", { href: part, target: "_blank", rel: "noopener noreferrer nofollow" }, part) : part);
  const copying = button("copy", "Copy", () => copy(item.text, copying));
  const initial = make("span", { class: "initial", "aria-hidden": "true" }, [...item.author][0].toUpperCase());
  return make("article", { class: "message agent", "aria-label": `Message from ${item.author}`, "data-message": item.id },
    make("p", { class: "author" }, initial, item.author), make("div", { class: "words" }, ...words),
    make("div", { class: "actions" }, copying, item.at ? moment(item.at) : null));
}

function welcome() {
  const logo = props.logo ? make("img", { class: "logo", alt: "", src: new URL(props.logo, document.baseURI).href }) : null;
  return make("section", { class: "welcome" }, logo, make("h2", {}, props.headline), make("p", {}, props.greeting),
    make("div", { class: "suggestions", role: "group", "aria-label": "Suggested questions" }, ...props.suggestions.map(ask)));
}

function draw(item, key, last) {
  const mark = JSON.stringify([item, last]);
  const before = drawn.get(key);
  if (before && before.mark === mark) return before.node;
  if (before && before.item.status === "streaming" && item.status === "streaming" && before.item.text && item.text && before.item.id === item.id) {
    write(before.node, item);
    drawn.set(key, { ...before, item, mark });
    return before.node;
  }
  const node = item.role === "user" ? question(item, last) : item.role === "agent" ? personal(item) : reply(item);
  drawn.set(key, { node, item, mark, last });
  return node;
}

function redraw(id) {
  const before = drawn.get(id);
  if (!before) return;
  const open = before.node.querySelector("details")?.open;
  if (before.item.role === "agent") return;
  const node = before.item.role === "user" ? question(before.item, before.last) : reply(before.item);
  if (open) node.querySelector("details").open = true;
  before.node.replaceWith(node);
  drawn.set(id, { ...before, node });
}

function ending() {
  return stopping ? talk.querySelector(".stopping-note") || make("p", { class: "note stopping-note", role: "status" }, "Stopping …") : null;
}

function stop() {
  stopping = busy;
  show();
}

const toEnd = () => { talk.scrollTop = talk.scrollHeight; };

// A banner or the message box may take some of the height later: the end stays in sight where it was.
function resized() {
  if (talk.scrollHeight - talk.scrollTop - height < 80) toEnd();
  height = talk.clientHeight;
}

function show() {
  const view = props.value || { conversation: null, items: [], busy: false, case: { status: "open", name: "", position: 0, contact: "" }, helped: null };
  if (view.conversation !== conversation) silence();
  if (view.conversation !== conversation) [ratings, panels, thanked].forEach((map) => map.clear());
  const moved = view.conversation !== conversation;
  const began = view.busy && !busy;
  conversation = view.conversation;
  busy = view.busy;
  stopping = stopping && busy && !moved;
  const atEnd = moved || talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
  const count = talk.querySelectorAll(".message").length;
  const keys = view.items.map((item, position) => item.id || `new-${position}`);
  const nodes = view.items.map((item, position) => draw(item, keys[position], position === view.items.length - 1 && !view.busy));
  for (const key of [...drawn.keys()]) if (!keys.includes(key)) drawn.delete(key);
  if (!nodes.length) nodes.push(talk.querySelector(".welcome") || welcome());
  nodes.push(...[quickReplies(view), closing(view), typing(), ending()].filter(Boolean));
  [...talk.children].filter((child) => !nodes.includes(child)).forEach((child) => child.remove());
  nodes.forEach((node, position) => talk.children[position] !== node && talk.insertBefore(node, talk.children[position] || null));
  talk.setAttribute("aria-busy", String(view.busy));
  talk.classList.toggle("busy", view.busy);
  talk.classList.toggle("stopping", stopping);
  talk.classList.toggle("held", view.case.status === "held");
  document.getElementById("chat").classList.toggle("replying", view.busy);
  document.dispatchEvent(new CustomEvent("chat-shown", { detail: view })); // upon which a banner may take some of the height
  if (atEnd || began || nodes.length > count) toEnd();
}

document.addEventListener("click", (event) => event.target.closest?.("#stop") && stop());
new ResizeObserver(resized).observe(talk);
watch("value", show);
watch("receipt", receive);
watch("refused", () => document.dispatchEvent(new CustomEvent("chat-refused")));
show();
