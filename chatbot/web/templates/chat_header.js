// The header's buttons, and what the page knows about the version that answers and the one being learned.
const [menu, fresh, shade] = ["menu", "fresh", "shade"].map((name) => element.querySelector(`button.${name}`));
const [version, news, learning] = ["version", "news", "learning"].map((name) => element.querySelector(`.${name}`));
const bar = learning.querySelector("i");
const text = learning.querySelector("span");
const frame = document.getElementById("chat").classList;
let answering = null;
let notice = "";
element.querySelector("h1").textContent = props.headline;

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
shade.addEventListener("click", () => window.chooseShade(!document.body.classList.contains("dark")));

function put(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

function show() {
  const state = props.value;
  if (!state) return;
  put(version, state.version);
  version.title = `Answering now: ${state.version}`;
  if (answering && answering !== state.version) {
    put(news, `New version ${state.version} is answering now`);
    setTimeout(() => put(news, ""), 12000);
  }
  answering = state.version;
  if (state.notice || news.textContent === notice) put(news, state.notice);
  notice = state.notice;
  learning.hidden = !state.learning;
  if (state.learning) {
    put(text, state.learning.text);
    bar.style.width = `${Math.round(state.learning.fraction * 100)}%`;
    learning.setAttribute("aria-valuenow", String(Math.round(state.learning.fraction * 100)));
    learning.setAttribute("aria-valuetext", state.learning.text);
  }
}

watch("value", show);
show();
