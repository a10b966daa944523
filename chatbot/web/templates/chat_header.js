// The header's buttons, and what keeps the assistant from answering just now.
const [menu, person, fresh, shade] = ["menu", "person", "fresh", "shade"].map((name) => element.querySelector(`button.${name}`));
const [news, banner] = ["news", "case"].map((name) => element.querySelector(`.banner.${name}`));
const frame = document.getElementById("chat").classList;
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
fresh.addEventListener("click", () => trigger("fresh"));
person.addEventListener("click", () => person.getAttribute("aria-disabled") === "true" || trigger("person"));
document.addEventListener("chat-shown", ({ detail: view }) => {
  const { status, name } = view.case;
  person.setAttribute("aria-disabled", String(status === "waiting" || status === "held" || view.busy));
  person.textContent = status === "held" ? `With ${name}` : status === "waiting" ? "A colleague is told" : props.person;
  const words = whoHasIt(view.case);
  banner.hidden = !words;
  banner.classList.toggle("held", status === "held");
  if (banner.textContent !== words) banner.textContent = words;
});

function whoHasIt({ status, name, position }) {
  if (status === "held") return `${name} is with you. ${name} reads and answers what you write; the assistant is silent.`;
  if (status !== "waiting") return "";
  const place = position > 1 ? `You are number ${position} in the queue for a colleague.` : "You are next in the queue for a colleague.";
  return `${place} ${props.hours ? `They are here: ${props.hours}. ` : ""}Meanwhile you can go on asking the assistant; your chat stays here.`;
}
shade.addEventListener("click", () => window.chooseShade(!document.body.classList.contains("dark")));

function show() {
  if (props.value) document.dispatchEvent(new CustomEvent("chat-looked"));
  const notice = props.value?.notice || "";
  news.hidden = !notice;
  if (news.textContent !== notice) news.textContent = notice;
}

watch("value", show);
show();
