// What is remembered of the visitor: whether they agree to it, and the list in which they change and delete it.
const TOLD_MS = 7000;
const [agrees, means, kept, list, told] = ["input", ".means", ".kept", "dialog", ".told"].map((which) => element.querySelector(which));
const address = new URL("memory", document.baseURI).href;
let memory = { ask: "", means: "", consent: false, fields: [] };
let looked = "";
let edited = "";
let fault = "";

agrees.addEventListener("change", () => say("PUT", "", { given: agrees.checked }));
kept.addEventListener("click", open);
list.addEventListener("close", () => (edited = fault = ""));
list.addEventListener("click", (event) => event.target === list && list.close());
document.addEventListener("chat-shown", ({ detail: view }) => {
  const last = view.items.at(-1)?.id || "";
  if (view.busy || !memory.consent || last === looked) return;
  looked = last;
  read().then((before) => before && tell(before));
});

// Read it anew; gives what was known before.
async function read() {
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) return null;
  const before = memory;
  memory = await answer.json();
  show();
  return before;
}

async function say(method, field, body) {
  const request = { method, headers: { "content-type": "application/json" } };
  if (body) request.body = JSON.stringify(body);
  const answer = await fetch(field ? `${address}/${encodeURIComponent(field)}` : address, request).catch(() => null);
  const said = await answer?.json().catch(() => null);
  if (answer?.ok) {
    memory = said;
    edited = fault = "";
  } else {
    fault = said?.detail || "The server cannot be reached: try again in a moment.";
  }
  show();
  return Boolean(answer?.ok);
}

function known() {
  return memory.fields.filter(({ value }) => value);
}

function show() {
  element.querySelector(".memory").hidden = !memory.fields.length;
  element.querySelector(".ask").textContent = memory.ask;
  means.textContent = fault && !list.open ? fault : memory.means;
  agrees.checked = memory.consent;
  kept.hidden = !memory.consent;
  const count = known().length;
  kept.textContent = count ? `What is remembered (${count})` : "What is remembered: nothing yet";
  if (!memory.consent && list.open) list.close();
  if (!list.open) return;
  list.replaceChildren(inside());
  list.querySelector("[data-first]")?.focus();
}

function open() {
  list.showModal();
  show();
  read();
}

function inside() {
  const close = make("button", { type: "button", class: "icon close", "aria-label": "Close", title: "Close", onclick: () => list.close() }, "×");
  return make(
    "div",
    { class: "inside" },
    make("div", { class: "top" }, make("h2", {}, "What is remembered of you"), close),
    make("p", { class: "quiet" }, "In your own words, from your chats here. Change or delete what you like; a chat that you delete takes along what you said in it."),
    fault ? make("p", { class: "fault", role: "alert" }, fault) : null,
    make("ul", {}, ...memory.fields.map((one) => (edited === one.field ? form(one) : row(one)))),
    make("div", { class: "foot" }, make("button", { type: "button", class: "small danger", onclick: () => say("PUT", "", { given: false }) }, "Forget everything, and stop")),
  );
}

function row({ field, label, value }) {
  const edit = () => {
    edited = field;
    fault = "";
    show();
  };
  return make(
    "li",
    {},
    make("span", { class: "what" }, make("span", { class: "quiet" }, label), make("span", { class: value ? "value" : "value none" }, value || "not said")),
    button("edit", value ? `Change: ${label}` : `Add: ${label}`, edit),
    value ? make("button", { type: "button", class: "icon remove", "aria-label": `Forget: ${label}`, title: "Forget", onclick: () => say("DELETE", field) }, "×") : null,
  );
}

function form({ field, label, value, values }) {
  const options = values.map((one) => make("option", { selected: one.toLowerCase() === value.toLowerCase() }, one));
  const entry = values.length ? make("select", { "aria-label": label, "data-first": true }, ...options) : make("input", { "aria-label": label, value, maxlength: 200, "data-first": true });
  const save = (event) => {
    event.preventDefault();
    say("PUT", field, { value: entry.value });
  };
  const leave = () => {
    edited = fault = "";
    show();
  };
  return make(
    "li",
    {},
    make(
      "form",
      { onsubmit: save },
      make("label", {}, make("span", { class: "quiet" }, label), entry),
      make("button", { class: "small primary" }, "Save"),
      make("button", { type: "button", class: "small", onclick: leave }, "Cancel"),
    ),
  );
}

// Say in a corner what the last message added.
function tell(before) {
  const old = Object.fromEntries(before.fields.map(({ field, value }) => [field, value]));
  const fresh = known().filter(({ field, value }) => value !== old[field]);
  if (!fresh.length) return;
  const words = fresh.map(({ label, value }) => `${label}: ${value}`).join(" · ");
  const see = make("button", { type: "button", class: "link", onclick: () => (told.hidePopover(), open()) }, "See");
  told.replaceChildren(make("span", {}, "Remembered: ", make("strong", {}, words)), see);
  told.showPopover();
  setTimeout(() => told.matches(":popover-open") && told.hidePopover(), TOLD_MS);
}

read();
