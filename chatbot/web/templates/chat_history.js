// Lists the visitor's conversations, grouped by day; deleting asks once more in place.
const list = element.querySelector(".history");
let asking = null;

function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function day(moment) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const time = new Date(moment).getTime();
  if (time >= midnight) return "Today";
  if (time >= midnight - 864e5) return "Yesterday";
  return time >= midnight - 7 * 864e5 ? "Last 7 days" : "Earlier";
}

function confirmation(item) {
  const remove = make("button", { type: "button", class: "small danger", onclick: () => { asking = null; trigger("remove", { conversation: item.id }); } }, "Delete");
  const keep = make("button", { type: "button", class: "small", onclick: () => { asking = null; show(); } }, "Keep");
  return make("li", { class: "confirm", role: "group", "aria-label": `Delete “${item.title}”?` }, make("span", {}, "Delete this chat?"), remove, keep);
}

function row(item, current) {
  if (asking === item.id) return confirmation(item);
  const open = () => {
    document.getElementById("chat").classList.remove("side-open");
    trigger("open", { conversation: item.id });
  };
  const ask = () => {
    asking = item.id;
    show();
    list.querySelector(".confirm button").focus();
  };
  return make("li", item.id === current ? { class: "current" } : {},
    make("button", { type: "button", class: "open", title: item.title, "aria-current": String(item.id === current), onclick: open }, item.title),
    make("button", { type: "button", class: "remove", "aria-label": `Delete “${item.title}”`, title: "Delete", onclick: ask }, "×"));
}

function show() {
  const view = props.value || { current: null, items: [] };
  const nodes = [];
  let group = null;
  for (const item of view.items) {
    if (day(item.updated_at) !== group) {
      group = day(item.updated_at);
      nodes.push(make("li", { class: "day" }, group));
    }
    nodes.push(row(item, view.current));
  }
  if (!view.items.length) nodes.push(make("li", { class: "none" }, "Your chats will be listed here."));
  list.replaceChildren(...nodes);
}

watch("value", show);
show();
