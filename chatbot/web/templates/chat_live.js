// What others do in this conversation, as the server pushes it: an agent writes or types, takes the chat or hands it back;
// the place in the queue, and whether the assistant can answer.
const TYPING_MS = 6000;
const SAY_TYPING_MS = 2000;
const PATIENCE_MS = 5000;
const RETRY_MS = 20000;
const LATE_MS = 1500;
const title = document.title;
let stream = null;
let streamed = null;
let retrying = null;
let current = null;
let typist = "";
let typingEnds = null;
let looking = null;
let awaited = null;
let again = false;
let saidTyping = 0;
let unread = 0;

const withPerson = (view) => ["waiting", "held"].includes(view?.case.status);

// Has the server look what is new. One look at a time, so that what it shows comes in order; what happens meanwhile is one more.
function look() {
  if (looking) {
    again = true;
    return;
  }
  looking = setTimeout(unanswered, PATIENCE_MS);
  trigger("live");
}

function unanswered() {
  looking = null;
  look();
}

// A page without a stream is not told when the assistant can answer again: while it says that it cannot, it looks again.
function looked({ detail: standing }) {
  clearTimeout(awaited);
  if (standing.notice && !streamed && !document.hidden) awaited = setTimeout(look, RETRY_MS);
  if (!looking) return;
  clearTimeout(looking);
  looking = null;
  if (again) {
    again = false;
    look();
  }
}

function types(name) {
  clearTimeout(typingEnds);
  if (name) typingEnds = setTimeout(() => types(""), TYPING_MS);
  if (name === typist) return;
  typist = name;
  show();
}

function typing() {
  if (!typist) return null;
  return make("p", { class: "typing", role: "status" }, `${typist} is typing`, make("span", { class: "dots" }, make("i"), make("i"), make("i")));
}

function hear({ data }) {
  const { kind, detail } = JSON.parse(data);
  if (kind === "presence") return;
  if (kind === "typing") {
    if (detail.who === "agent") types(detail.name || "A colleague");
    return;
  }
  if (detail.role === "agent") {
    types("");
    if (document.hidden) document.title = `(${unread += 1}) ${title}`;
  }
  const own = kind === "reply" || detail.role === "user"; // of a turn under way, which this page follows
  if (!(own && current?.busy)) look();
  else if (detail.state === "ended") setTimeout(() => current?.busy && look(), LATE_MS); // its end was overtaken on the way
}

function close() {
  clearTimeout(retrying);
  stream?.close();
  stream = streamed = null;
}

// A browser has few connections to a host, and each page takes some: pages that nobody looks at keep theirs for a person's words only.
function connect() {
  const wanted = current?.conversation && (!document.hidden || withPerson(current)) ? current.conversation : null;
  if (wanted === streamed) return;
  close();
  if (!wanted) return;
  streamed = wanted;
  const address = new URL("events", document.baseURI);
  address.searchParams.set("conversation", wanted);
  stream = new EventSource(address);
  stream.onopen = look; // what happened before it was open, the first time too, was told to nobody
  stream.onmessage = hear;
  stream.onerror = () => {
    if (stream?.readyState !== EventSource.CLOSED) return;
    streamed = null;
    clearTimeout(retrying);
    retrying = setTimeout(() => { connect(); look(); }, RETRY_MS); // refused, as where too many tabs are open
  };
}

document.addEventListener("chat-looked", looked);
document.addEventListener("chat-shown", ({ detail: view }) => {
  const ended = current?.busy && !view.busy; // what overtook the end of a turn on its way is looked up again
  if (view.conversation !== current?.conversation) types("");
  current = view;
  connect();
  if (ended) look();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    unread = 0;
    document.title = title;
    if (!streamed) look();
  }
  connect();
});
document.addEventListener("input", (event) => {
  if (!event.target.matches?.("#box textarea") || !withPerson(current) || Date.now() - saidTyping < SAY_TYPING_MS) return;
  saidTyping = Date.now();
  const body = JSON.stringify({ conversation: current.conversation });
  fetch(new URL("typing", document.baseURI), { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => {});
}, true);
window.addEventListener("online", look);
window.addEventListener("pagehide", close);
window.addEventListener("pageshow", (event) => event.persisted && connect());
