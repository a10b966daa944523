// Files for the next message: chosen, pasted or dropped, sent at once, and shown until the message is stored.
const input = element.querySelector("input");
const list = element.querySelector(".attached");
const told = element.querySelector(".told");
const main = document.getElementById("main");
let attached = [];
let queue = Promise.resolve();

const ready = () => attached.filter(({ state }) => state === "ready").map(({ id }) => id);
const sending = () => attached.find(({ state }) => state === "sending");

function tell(words) {
  told.textContent = words;
  told.hidden = !words;
}

function show() {
  list.replaceChildren(...attached.map(chip));
  props.value = ready();
  main.classList.toggle("with-files", attached.length > 0);
  const box = document.querySelector("#box textarea");
  if (box && [props.ask, props.words].includes(box.placeholder)) box.placeholder = attached.length ? props.words : props.ask;
}

function chip(one) {
  const picture = one.state === "ready" && one.kind.startsWith("image/");
  const image = picture ? make("img", { src: new URL(`uploads/${one.id}?small`, document.baseURI).href, alt: "" }) : make("span", { class: "sheet", "aria-hidden": "true" });
  const state = one.state === "sending" ? make("progress", { max: 1, value: one.done, "aria-label": `Sending ${one.name}` }) : null;
  const remove = make("button", { type: "button", class: "remove", "aria-label": `Remove ${one.name}`, title: "Remove", onclick: () => discard(one) }, "×");
  return make("li", { class: `piece ${one.state}` }, image, make("span", { class: "name", title: one.name }, one.name), state, remove);
}

function discard(one) {
  attached = attached.filter((other) => other !== one);
  one.request?.abort();
  if (one.id) fetch(new URL(`uploads/${one.id}`, document.baseURI), { method: "DELETE" }).catch(() => {});
  tell("");
  show();
  (list.querySelector(".remove") || document.querySelector(".clip"))?.focus();
}

function refusal(request) {
  if (!request.status) return "the connection broke: try again";
  try {
    return JSON.parse(request.responseText).detail;
  } catch {
    return "the server did not take it: try again";
  }
}

function add(file) {
  const name = file.name || "picture.png";
  if (file.size > props.megabytes * 1e6) return tell(`${name}: larger than ${props.megabytes} MB`);
  if (attached.length >= props.most) return tell(`At most ${props.most} files fit with one message.`);
  const one = { file, name, id: "", kind: "", state: "sending", done: 0, request: null };
  attached.push(one);
  queue = queue.then(() => attached.includes(one) && send(one));
}

// One after the other: they keep their order, and what is refused is said beside its name.
function send(one) {
  const request = new XMLHttpRequest();
  one.request = request;
  const address = new URL("uploads", document.baseURI);
  address.searchParams.set("name", one.name.slice(-200));
  request.open("POST", address);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.upload.onprogress = ({ loaded, total }) => {
    one.done = total ? loaded / total : 0;
    list.querySelectorAll("li")[attached.indexOf(one)]?.querySelector("progress")?.setAttribute("value", one.done);
  };
  return new Promise((settle) => {
    request.onloadend = () => {
      if (attached.includes(one)) ended(one, request);
      settle();
    };
    request.send(one.file);
  });
}

function ended(one, request) {
  if (request.status === 201) Object.assign(one, JSON.parse(request.responseText), { state: "ready" });
  else {
    attached = attached.filter((other) => other !== one);
    tell(`${one.name}: ${refusal(request)}`);
  }
  show();
}

function take(files) {
  if (!props.on || !files.length) return;
  tell("");
  for (const file of files) add(file);
  show();
  document.querySelector("#box textarea")?.focus();
}

// What is still on its way cannot be sent along: called before the message box and Gradio hear of it.
function wait(event) {
  const one = sending();
  if (!one) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  tell(`${one.name} is still on its way: send your message when it is here.`);
}

const hasFiles = (event) => props.on && [...(event.dataTransfer?.types || [])].includes("Files");
const over = (on) => main.classList.toggle("dropping", on);
window.addEventListener("click", (event) => event.target.closest?.("#send") && wait(event), true);
window.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches?.("#box textarea")) wait(event);
}, true);
window.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files || [])];
  if (!files.length || event.clipboardData.types.includes("text/plain")) return;
  event.preventDefault();
  take(files);
}, true);
window.addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  over(true);
});
window.addEventListener("dragleave", (event) => event.relatedTarget || over(false));
window.addEventListener("drop", (event) => {
  over(false);
  if (!hasFiles(event)) return;
  event.preventDefault();
  take([...event.dataTransfer.files]);
});
input.addEventListener("change", () => {
  take([...input.files]);
  input.value = "";
});
document.addEventListener("chat-attach", () => input.click());
document.addEventListener("chat-shown", ({ detail: view }) => {
  const sent = new Set(view.items.flatMap((item) => item.files.map(({ id }) => id)));
  if (!attached.some(({ id }) => sent.has(id))) return;
  attached = attached.filter(({ id }) => !sent.has(id));
  tell("");
  show();
});
