// The chat in a frame of another site (`widget.js`): it can be closed from within, and says when somebody wrote.
const framed = new URLSearchParams(location.search).has("widget") && parent !== window;
const leave = element.querySelector("button.leave");
const tellSite = (what) => parent.postMessage(what, "*");
const written = (view) => view.items.filter(({ role }) => role === "agent").length;
let before = null;

if (framed) {
  leave.hidden = false;
  document.getElementById("chat").classList.add("framed");
  leave.addEventListener("click", () => tellSite("chatbot-close"));
  window.addEventListener("keydown", (event) => {
    const busy = document.querySelector("#chat.side-open, dialog[open], .editor, .panel, .confirm, .namer");
    if (event.key === "Escape" && !event.defaultPrevented && !busy) tellSite("chatbot-close");
  }, true);
  window.addEventListener("message", ({ source, data }) => {
    if (source === parent && data === "chatbot-open") document.querySelector("#box textarea")?.focus();
  });
  document.addEventListener("chat-shown", ({ detail: view }) => {
    const count = written(view);
    if (!before) tellSite("chatbot-ready");
    else if (before.conversation === view.conversation && count > before.count) tellSite("chatbot-news");
    before = { conversation: view.conversation, count };
  });
}
