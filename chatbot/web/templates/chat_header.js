// The header's buttons, and what keeps the assistant from answering just now.
const [menu, person, fresh, shade] = ["menu", "person", "fresh", "shade"].map((name) => element.querySelector(`button.${name}`));
const [news, banner] = ["news", "case"].map((name) => element.querySelector(`.banner.${name}`));
const [caseWords, enough] = ["span", "button"].map((tag) => banner.querySelector(tag));
const frame = document.getElementById("chat").classList;
let current = null;
element.querySelector("h1").textContent = props.headline;
person.textContent = props.person;
if (props.logo) Object.assign(element.querySelector(".logo"), { src: new URL(props.logo, document.baseURI).href, hidden: false });

menu.addEventListener("click", () => {
  const narrow = matchMedia("(max-width: 820px)").matches;
  frame.toggle(narrow ? "side-open" : "side-shut");
});
document.addEventListener("click", (event) => {
  const within = event.composedPath().map((node) => node.id || "");
  if (within.includes("new") || !(within.includes("side") || event.composedPath().includes(menu))) frame.remove("side-open");
});
document.addEventListener("keydown", (event) => event.key === "Escape" && frame.remove("side-open"));
enough.addEventListener("click", () => trigger("enough"));
fresh.addEventListener("click", () => trigger("fresh"));
shade.addEventListener("click", () => window.chooseShade(!document.body.classList.contains("dark")));
person.addEventListener("click", () => person.getAttribute("aria-disabled") === "true" || trigger("person"));
document.addEventListener("chat-shown", ({ detail: view }) => {
  current = view;
  const { status, name } = view.case;
  const withPerson = status === "waiting" || status === "held";
  person.setAttribute("aria-disabled", String(withPerson || (view.busy && !view.conversation)));
  person.textContent = status === "held" ? `With ${name}` : status === "waiting" ? "A colleague has been told" : props.person;
  frame.toggle("with-person", withPerson);
  tell();
});

function tell() {
  const words = whoHasIt(current?.case || { status: "open" });
  banner.hidden = !words;
  banner.classList.toggle("held", current?.case.status === "held");
  enough.hidden = current?.case.status !== "waiting";
  if (caseWords.textContent !== words) caseWords.textContent = words;
}

function whoHasIt({ status, name, position, contact }) {
  if (status === "held") return `${name} is with you. ${name} reads and answers what you write; the assistant is silent.`;
  if (status !== "waiting") return "";
  const answer = contact ? ` The answer goes to ${contact}.` : "";
  if (props.value?.opens) {
    return `Nobody is here just now: people answer again ${when(props.value.opens)}.${answer || " Write your e-mail address here to be answered by e-mail."}`;
  }
  const place = position > 1 ? `You are number ${position} in the queue for a colleague.` : "You are next in the queue for a colleague.";
  const hours = props.keeps_hours ? " People are here now." : props.hours ? ` Opening hours: ${props.hours}.` : "";
  return `${place}${hours}${answer} Meanwhile you can go on asking the assistant.`;
}

// A moment to come in the reader's own zone.
function when(at) {
  const time = new Date(at);
  const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" }).format(time);
  const today = time.toDateString() === new Date().toDateString();
  return today ? `today at ${clock}` : `on ${new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" }).format(time)} at ${clock}`;
}

function show() {
  if (props.value) document.dispatchEvent(new CustomEvent("chat-looked", { detail: props.value }));
  const notice = props.value?.notice || "";
  news.hidden = !notice;
  tell();
  if (news.textContent !== notice) news.textContent = notice;
}

watch("value", show);
show();
