// Good or bad, and why: what a visitor says of a reply, and what the server has stored of it.
const ratings = new Map();
const panels = new Map();
const thanked = new Map();
const fading = new Map();

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
