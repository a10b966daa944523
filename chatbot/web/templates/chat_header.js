// The header's buttons, and what keeps the assistant from answering just now.
const [menu, person, fresh, shade] = ["menu", "person", "fresh", "shade"].map((name) => element.querySelector(`button.${name}`));
const news = element.querySelector(".news");
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
  person.setAttribute("aria-disabled", String(view.waits || view.busy));
  person.textContent = view.waits ? "A colleague has been told" : props.person;
});
shade.addEventListener("click", () => window.chooseShade(!document.body.classList.contains("dark")));

function show() {
  const notice = props.value?.notice || "";
  if (news.textContent !== notice) news.textContent = notice;
}

watch("value", show);
show();
