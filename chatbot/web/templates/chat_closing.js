// What stands below the last reply: what one may say next after a question of the assistant's, and at the end whether it helped.
const CALM_MS = 20000;
const told = new Map();
const asked = new Set();
let calm = null;
let below = { mark: "", node: null };

function quickReplies(view) {
  const last = view.items.at(-1);
  if (view.busy || !last?.asks || withPerson(view)) return null;
  const texts = props.quick[last.asks]?.length ? props.quick[last.asks] : props.suggestions.slice(0, 3);
  const mark = `${last.id} ${texts}`;
  if (below.mark !== mark) below = { mark, node: make("div", { class: "quick", role: "group", "aria-label": "You could say" }, ...texts.map(ask)) };
  return below.node;
}

// Once a talk has come to rest on an answer, and nothing is being typed, the visitor is asked, once in a conversation.
function closing(view) {
  const last = view.items.at(-1);
  const answered = view.items.findLast((item) => item.act === "answer" && item.status === "complete");
  clearTimeout(calm);
  if (told.has(view.conversation)) return told.get(view.conversation);
  if (view.busy || withPerson(view) || view.helped !== null || !answered || last.role === "user" || last.status !== "complete" || last.asks) return null;
  if (!asked.has(view.conversation)) {
    if (last.act !== "chat") {
      calm = setTimeout(() => {
        if (document.querySelector("#box textarea")?.value) return;
        asked.add(view.conversation);
        show();
      }, CALM_MS);
      return null;
    }
    asked.add(view.conversation);
  }
  if (below.mark === answered.id) return below.node;
  const say = (value) => {
    trigger("helped", { message: answered.id, value });
    told.set(view.conversation, thanks(value));
    show();
  };
  const answer = (value, words) => make("button", { type: "button", class: "small", onclick: () => say(value) }, words);
  const node = make("div", { class: "closing", role: "group", "aria-label": props.helped }, make("span", {}, props.helped), answer("yes", "Yes"), answer("no", "No"));
  below = { mark: answered.id, node };
  return node;
}

function thanks(value) {
  if (value === "yes") return make("div", { class: "closing", role: "status" }, "Good to hear. Thank you for telling us.");
  const person = make("button", { type: "button", class: "link", onclick: () => trigger("person") }, props.person);
  return make("div", { class: "closing", role: "status" }, "Sorry about that. It is noted for the people who improve the answers; nobody replies to it here. ", person);
}
