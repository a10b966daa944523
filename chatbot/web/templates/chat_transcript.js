// Draws the conversation from plain data. Text reaches the page as text nodes only, never as markup; replies go through
// `prose` of chat_markdown.js, which stands before this script.
const talk = element.querySelector(".talk");
const drawn = new Map();
const ratings = new Map();
const drafts = new Map();
const panels = new Map();
const thanked = new Map();
const fading = new Map();
let conversation = null;

const ICONS = {
  copy: "M9 9V5a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-4M5 9h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1z",
  done: "M5 12.5l4.5 4.5L19 7.5",
  again: "M4 12a8 8 0 0 1 13.7-5.6L20 8.5M20 4v4.5h-4.5M20 12a8 8 0 0 1-13.7 5.6L4 15.5M4 20v-4.5h4.5",
  edit: "M4 20l.8-4L16 4.8a1.7 1.7 0 0 1 2.4 0l.8.8a1.7 1.7 0 0 1 0 2.4L8 19.2 4 20z",
  like: "M7 11v9H4v-9zM7 11l4-7.5a2 2 0 0 1 2 2V9h5.2a1.8 1.8 0 0 1 1.8 2.1l-1.2 7.2A2 2 0 0 1 16.8 20H7",
  dislike: "M17 13V4h3v9zM17 13l-4 7.5a2 2 0 0 1-2-2V15H5.8a1.8 1.8 0 0 1-1.8-2.1l1.2-7.2A2 2 0 0 1 7.2 4H17",
  back: "M14.5 6l-6 6 6 6",
  on: "M9.5 6l6 6-6 6",
};

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function button(name, label, onclick, attributes = {}) {
  return make("button", { type: "button", class: `icon ${name}`, "aria-label": label, title: label, onclick, ...attributes }, icon(name));
}

async function copy(text, pressed) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { style: "position: fixed; left: -999px" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  pressed.replaceChildren(icon("done"));
  pressed.setAttribute("aria-label", "Copied");
  setTimeout(() => {
    pressed.replaceChildren(icon("copy"));
    pressed.setAttribute("aria-label", "Copy");
  }, 1600);
}

function branches(item) {
  const place = item.siblings.indexOf(item.id);
  if (item.siblings.length < 2 || place < 0) return null;
  const step = (name, label, offset) =>
    button(name, label, () => trigger("branch", { message: item.siblings[place + offset] }), { disabled: !item.siblings[place + offset] });
  return make("span", { class: "branches" }, step("back", "Previous version", -1), `${place + 1} / ${item.siblings.length}`, step("on", "Next version", 1));
}

function sources(item) {
  if (!item.sources.length) return null;
  const list = item.sources.map((source) => make("li", {}, make("b", {}, source.title), make("span", {}, source.text)));
  const count = list.length === 1 ? "1 source" : `${list.length} sources`;
  return make("details", { class: "sources" }, make("summary", {}, count), make("ol", {}, ...list));
}

function rate(item, value, extra = {}) {
  ratings.set(item.id, value);
  if (value === "dislike" && !extra.sent) panels.set(item.id, { reasons: new Set(), comment: "" });
  else panels.delete(item.id);
  redraw(item.id);
  trigger("rate", { message: item.id, value, reasons: extra.reasons || [], comment: extra.comment || "" });
  if (panels.has(item.id)) drawn.get(item.id)?.node.querySelector(".panel button")?.focus();
}

function panel(item) {
  const state = panels.get(item.id);
  if (!state) return null;
  const tags = props.reasons.map((reason) =>
    make("button", {
      type: "button", class: "tag", "aria-pressed": String(state.reasons.has(reason)),
      onclick: (event) => {
        state.reasons.delete(reason) || state.reasons.add(reason);
        event.target.setAttribute("aria-pressed", String(state.reasons.has(reason)));
      },
    }, reason));
  const comment = make("textarea", { rows: 2, maxlength: 2000, placeholder: "Anything to add? (optional)", "aria-label": "Comment",
    oninput: (event) => { state.comment = event.target.value; } });
  comment.value = state.comment;
  const send = () => rate(item, "dislike", { sent: true, reasons: [...state.reasons], comment: state.comment });
  const close = () => { panels.delete(item.id); redraw(item.id); };
  return make("div", { class: "panel", role: "group", "aria-label": "What was wrong?", onkeydown: (event) => event.key === "Escape" && close() },
    make("p", {}, "What was wrong?"), make("div", { class: "tags" }, ...tags), comment,
    make("div", { class: "row" }, make("button", { type: "button", class: "small primary", onclick: send }, "Send"),
      make("button", { type: "button", class: "small", onclick: close }, "Close")));
}

function rating(item) {
  return ratings.has(item.id) ? ratings.get(item.id) : item.rating;
}

function replyActions(item) {
  const given = rating(item);
  const thumb = (value, label) =>
    button(value, label, () => rate(item, given === value ? null : value), { "aria-pressed": String(given === value) });
  const copying = button("copy", "Copy", () => copy(item.text, copying));
  return make("div", { class: "actions" }, branches(item), item.text ? copying : null,
    button("again", "Regenerate", () => trigger("again", { message: item.id })),
    thumb("like", "Good reply"), thumb("dislike", "Bad reply"),
    make("span", { class: "thanks", role: "status" }, thanked.get(item.id) || ""));
}

function note(item) {
  if (item.handoff) return make("p", { class: "note handoff" }, "Passed on to a person");
  if (item.status === "stopped") return make("p", { class: "note" }, "Stopped");
  if (item.status === "interrupted" || item.status === "failed") return make("p", { class: "note warn" }, "This reply was cut off. Regenerate it to try again.");
  if (item.uncertain && item.status === "complete") return make("p", { class: "note" }, "Not sure about this one: please check it");
  return null;
}

function written(item) {
  if (item.status !== "streaming") return prose(item.text);
  const text = settled(item.text);
  if (!text.trim()) return make("span", { class: "dots", "aria-label": "Writing" }, make("i"), make("i"), make("i"));
  const blocks = prose(text);
  let end = blocks.lastElementChild;
  while (end?.lastElementChild?.matches("ul, ol, li, p")) end = end.lastElementChild;
  end?.classList.add("end");
  return blocks;
}

function reply(item) {
  const writing = item.status === "streaming";
  const body = make("div", { class: "prose-text" }, written(item));
  const finished = writing ? [] : [note(item), sources(item), replyActions(item), panel(item)];
  return make("article", { class: `message reply ${writing ? "writing" : ""}`, "aria-label": "Reply", "data-message": item.id }, body, ...finished);
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
  const actions = item.id ? make("div", { class: "actions" }, branches(item), copying, button("edit", "Edit", edit)) : null;
  const retry = last && item.id
    ? make("p", { class: "note warn" }, "No reply came. ",
        make("button", { type: "button", class: "link", onclick: () => trigger("revise", { message: item.id, text: item.text }) }, "Try again"))
    : null;
  return make("article", attributes, make("div", { class: "bubble" }, item.text), retry, actions);
}

function welcome() {
  const ask = (text) => make("button", { type: "button", class: "suggestion", onclick: () => trigger("suggest", { text }) }, text);
  return make("section", { class: "welcome" }, make("h2", {}, props.headline), make("p", {}, props.greeting),
    make("div", { class: "suggestions", role: "group", "aria-label": "Suggested questions" }, ...props.suggestions.map(ask)));
}

function draw(item, key, last) {
  const mark = JSON.stringify([item, last]);
  const before = drawn.get(key);
  if (before && before.mark === mark) return before.node;
  if (before && before.item.status === "streaming" && item.status === "streaming" && before.item.text && item.text && before.item.id === item.id) {
    before.node.querySelector(".prose-text").replaceChildren(written(item));
    drawn.set(key, { ...before, item, mark });
    return before.node;
  }
  const node = item.role === "user" ? question(item, last) : reply(item);
  drawn.set(key, { node, item, mark, last });
  return node;
}

function redraw(id) {
  const before = drawn.get(id);
  if (!before) return;
  const open = before.node.querySelector("details")?.open;
  const node = before.item.role === "user" ? question(before.item, before.last) : reply(before.item);
  if (open) node.querySelector("details").open = true;
  before.node.replaceWith(node);
  drawn.set(id, { ...before, node });
}

function show() {
  const view = props.value || { conversation: null, items: [], busy: false };
  if (view.conversation !== conversation) [ratings, panels, thanked].forEach((map) => map.clear());
  const moved = view.conversation !== conversation;
  conversation = view.conversation;
  const atEnd = moved || talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
  const count = talk.querySelectorAll(".message").length;
  const keys = view.items.map((item, position) => item.id || `new-${position}`);
  const nodes = view.items.map((item, position) => draw(item, keys[position], position === view.items.length - 1 && !view.busy));
  for (const key of [...drawn.keys()]) if (!keys.includes(key)) drawn.delete(key);
  if (!nodes.length) nodes.push(talk.querySelector(".welcome") || welcome());
  [...talk.children].filter((child) => !nodes.includes(child)).forEach((child) => child.remove());
  nodes.forEach((node, position) => talk.children[position] !== node && talk.insertBefore(node, talk.children[position] || null));
  talk.setAttribute("aria-busy", String(view.busy));
  talk.classList.toggle("busy", view.busy);
  document.getElementById("chat").classList.toggle("replying", view.busy);
  if (atEnd || nodes.length > count) talk.scrollTop = talk.scrollHeight;
  document.dispatchEvent(new CustomEvent("chat-shown", { detail: view }));
}

function receive() {
  const receipt = props.receipt;
  if (!receipt) return;
  ratings.set(receipt.message, receipt.rating);
  thanked.set(receipt.message, receipt.thanks);
  const place = (selector) => drawn.get(receipt.message)?.node.querySelector(selector);
  for (const value of ["like", "dislike"]) place(`.${value}`)?.setAttribute("aria-pressed", String(receipt.rating === value));
  if (place(".thanks")) place(".thanks").textContent = receipt.thanks;
  clearTimeout(fading.get(receipt.message));
  fading.set(receipt.message, setTimeout(() => {
    thanked.delete(receipt.message);
    if (place(".thanks")) place(".thanks").textContent = "";
  }, 5000));
}

watch("value", show);
watch("receipt", receive);
watch("refused", () => document.dispatchEvent(new CustomEvent("chat-refused")));
show();
