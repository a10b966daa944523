// What the scripts of the conversation draw with. Text reaches the page as text nodes only, never as markup.
const ICONS = {
  copy: "M9 9V5a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-4M5 9h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1z",
  done: "M5 12.5l4.5 4.5L19 7.5",
  again: "M4 12a8 8 0 0 1 13.7-5.6L20 8.5M20 4v4.5h-4.5M20 12a8 8 0 0 1-13.7 5.6L4 15.5M4 20v-4.5h4.5",
  edit: "M4 20l.8-4L16 4.8a1.7 1.7 0 0 1 2.4 0l.8.8a1.7 1.7 0 0 1 0 2.4L8 19.2 4 20z",
  like: "M7 11v9H4v-9zM7 11l4-7.5a2 2 0 0 1 2 2V9h5.2a1.8 1.8 0 0 1 1.8 2.1l-1.2 7.2A2 2 0 0 1 16.8 20H7",
  dislike: "M17 13V4h3v9zM17 13l-4 7.5a2 2 0 0 1-2-2V15H5.8a1.8 1.8 0 0 1-1.8-2.1l1.2-7.2A2 2 0 0 1 7.2 4H17",
  back: "M14.5 6l-6 6 6 6",
  on: "M9.5 6l6 6-6 6",
  speak: "M4 10v4h3.5L12 18V6L7.5 10zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  silence: "M7 7h10v10H7z",
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

// A moment in the reader's own zone and words: the hour of today, the day of others.
function moment(at) {
  const time = new Date(at);
  const today = time.toDateString() === new Date().toDateString();
  const day = today ? {} : { day: "numeric", month: "short", ...(time.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" }) };
  const shown = new Intl.DateTimeFormat(undefined, { ...day, hour: "numeric", minute: "2-digit" }).format(time);
  const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" }).format(time);
  return make("time", { datetime: at, title: whole }, shown);
}
