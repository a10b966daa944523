// The message box: one click sends once, and what is typed is kept in this browser until the server has stored it.
const PATIENCE_MS = 10000;
const small = element.querySelector(".small-print");
const place = location.pathname.replace(/\/+$/, "");
let conversation = null;
let shown = false;
let sending = null;
let waiting = null;

const area = () => document.querySelector("#box textarea");
const key = (id) => `chatbot-draft:${place}:${id || "new"}`;

function keep(id, text) {
  try {
    if (text.trim()) localStorage.setItem(key(id), text);
    else localStorage.removeItem(key(id));
  } catch { /* a browser that stores nothing keeps no drafts */ }
}

function kept(id) {
  try {
    return localStorage.getItem(key(id)) || "";
  } catch {
    return "";
  }
}

function type(text) {
  const box = area();
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, text);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function release() {
  clearTimeout(waiting);
  sending = null;
  document.getElementById("send")?.removeAttribute("aria-disabled");
}

// Called before Gradio's own handlers: holds back a second send of what is on its way.
function held(event) {
  const text = area()?.value || "";
  if (sending && sending.text === text) {
    event.preventDefault();
    event.stopImmediatePropagation();
  } else if (text.trim()) {
    release();
    keep(conversation, text);
    sending = { text, conversation };
    document.getElementById("send")?.setAttribute("aria-disabled", "true");
    waiting = setTimeout(release, PATIENCE_MS);
  }
}

function lastQuestion(view) {
  const asked = view.items.filter((item) => item.role === "user");
  return asked.length ? asked[asked.length - 1].text : "";
}

document.addEventListener("click", (event) => event.target.closest?.("#send") && held(event), true);
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target === area()) held(event);
}, true);
document.addEventListener("input", (event) => event.target === area() && keep(conversation, event.target.value), true);
document.addEventListener("chat-refused", release);

// The server has stored what was sent; what was typed since then is put back into the box, which it clears.
function stored(sent) {
  release();
  if (kept(sent.conversation) === sent.text) keep(sent.conversation, "");
  else setTimeout(() => area() && !area().value && type(kept(conversation)), 100);
}

function restore() {
  const box = area();
  if (box && !box.value && kept(conversation)) type(kept(conversation));
}

function sayWhoReads({ status, name }) {
  const byPerson = status === "held";
  small.textContent = byPerson ? `${name} reads what you write.` : props.words;
  if (area()) area().placeholder = byPerson ? `Write to ${name}` : props.ask;
}

sayWhoReads({ status: "open", name: "" });
document.addEventListener("chat-shown", ({ detail: view }) => {
  sayWhoReads(view.case);
  const sent = sending;
  if (sent && (view.busy || lastQuestion(view) === sent.text.trim())) stored(sent);
  const first = !shown;
  if (!first && view.conversation === conversation) return;
  const before = conversation;
  conversation = view.conversation;
  shown = true;
  const typed = sent && area()?.value === sent.text ? "" : area()?.value || "";
  if (first && lastQuestion(view) === kept(conversation).trim()) keep(conversation, "");
  if (!first && typed.trim()) {
    keep(before, "");
    keep(conversation, typed);
  } else restore();
});
