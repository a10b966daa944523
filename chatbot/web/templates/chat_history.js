// Lists the visitor's conversations by day, to be searched, renamed and deleted; deleting asks once more below the chat.
const list = element.querySelector(".history");
const field = element.querySelector("input");
const all = element.querySelector(".all");
const WAIT_MS = 250;
let asking = null;
let naming = null;
let searching = null;

function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

const press = (words, onclick, attributes = {}) => make("button", { type: "button", class: "small", ...attributes, onclick }, words);

function day(moment) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const time = new Date(moment).getTime();
  if (time >= midnight) return "Today";
  if (time >= midnight - 864e5) return "Yesterday";
  return time >= midnight - 7 * 864e5 ? "Last 7 days" : "Earlier";
}

function confirmation(item) {
  const remove = press("Delete", () => { asking = null; trigger("remove", { conversation: item.id }); }, { class: "small danger" });
  const keep = press("Keep", () => { asking = null; show(); });
  const waits = item.waits ? " You wait for a colleague in it: then nobody answers it any more." : "";
  return make("div", { class: "confirm", role: "group", "aria-label": `Delete “${item.title}”?` }, make("span", {}, `Delete “${item.title}”?${waits}`), remove, keep);
}

function namer(item) {
  const box = make("input", { type: "text", maxlength: 60, "aria-label": "Title of the chat" });
  const leave = () => { naming = null; show(); };
  const save = () => {
    const title = box.value.trim();
    if (title && title !== item.title) trigger("rename", { conversation: item.id, title });
    if (title) item.title = title;
    leave();
  };
  box.value = naming.title;
  box.addEventListener("input", () => { naming.title = box.value; });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) save();
    if (event.key === "Escape") { event.stopPropagation(); leave(); }
  });
  return make("li", { class: "namer" }, box, press("Save", save));
}

function row(item, current) {
  if (naming?.id === item.id) return namer(item);
  const open = () => {
    document.getElementById("chat").classList.remove("side-open");
    trigger("open", { conversation: item.id });
  };
  const ask = () => {
    asking = item.id;
    show();
    list.querySelector(".confirm button").focus();
  };
  const rename = () => {
    naming = { id: item.id, title: item.title };
    show();
    list.querySelector(".namer input").select();
  };
  const asked = asking === item.id;
  const state = [item.id === current && "current", asked && "asked"].filter(Boolean).join(" ");
  return make("li", state ? { class: state } : {},
    make("button", { type: "button", class: "open", title: item.title, "aria-current": String(item.id === current), onclick: open }, item.title),
    make("button", { type: "button", class: "rename", "aria-label": `Rename “${item.title}”`, title: "Rename", onclick: rename }, "✎"),
    make("button", { type: "button", class: "remove", "aria-label": `Delete “${item.title}”`, title: "Delete", onclick: ask }, "×"),
    ...(asked ? [confirmation(item)] : []));
}

function show() {
  const view = props.value || { current: null, items: [] };
  const words = field.value.trim();
  const found = words && props.found?.words.trim() === words ? props.found.items : null;
  const items = words ? found || view.items.filter((item) => item.title.toLowerCase().includes(words.toLowerCase())) : view.items;
  const nodes = [];
  let group = null;
  for (const item of items) {
    if (day(item.updated_at) !== group) {
      group = day(item.updated_at);
      nodes.push(make("li", { class: "day" }, group));
    }
    nodes.push(row(item, view.current));
  }
  if (!items.length) nodes.push(make("li", { class: "none" }, words ? (found ? `Nothing found for “${words}”.` : "Searching …") : "Your chats will be listed here."));
  const focused = list.contains(document.activeElement) && document.activeElement.matches(".namer input");
  list.replaceChildren(...nodes);
  if (focused) list.querySelector(".namer input")?.focus();
  element.querySelector(".search").hidden = !view.items.length;
  all.hidden = !view.items.length;
  document.dispatchEvent(new CustomEvent("chats-listed", { detail: view.items.length }));
}

function look() {
  clearTimeout(searching);
  show();
  if (field.value.trim()) searching = setTimeout(() => trigger("search", { words: field.value }), WAIT_MS);
}

// All of mine: both ways to download are plain links; deleting asks once more in place.
function own() {
  const zone = encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC");
  const links = [["txt", `?zone=${zone}`, "Download all chats (text)"], ["json", "", "(for programs, JSON)"]].map(([ending, how, words]) =>
    make("a", { class: "link", "aria-label": how ? words : `Download all chats ${words}`, href: new URL(`chats.${ending}${how}`, document.baseURI).href, download: `chats.${ending}` }, words));
  const ask = () => {
    const remove = press("Delete all", () => { own(); trigger("remove_all"); }, { class: "small danger" });
    all.replaceChildren(make("span", {}, "Delete all your chats?"), remove, press("Keep", own));
    remove.focus();
  };
  all.replaceChildren(...links, make("button", { type: "button", class: "link", onclick: ask }, "Delete all"));
}

field.addEventListener("input", look);
field.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !field.value) return;
  event.stopPropagation();
  field.value = "";
  look();
});
watch("value", () => { show(); if (field.value.trim()) look(); });
watch("found", show);
own();
show();
