// Speaking instead of typing, by the browser's own recognition; the button is there only where the browser has it.
const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;
const mic = element.querySelector("button");
let listening = null;

function typed(text) {
  const box = document.querySelector("#box textarea");
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, text);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function mark(on) {
  mic.setAttribute("aria-pressed", String(on));
  mic.title = on ? "Stop listening" : "Speak your message. Your browser turns speech into text; some send the sound to their maker for it.";
  mic.setAttribute("aria-label", on ? "Stop listening" : "Speak your message");
}

function listen() {
  const before = document.querySelector("#box textarea").value.trimEnd();
  listening = new Recognition();
  listening.lang = props.language;
  listening.interimResults = true;
  listening.onresult = (event) => {
    const said = [...event.results].map((result) => result[0].transcript).join("").trim();
    typed(before ? `${before} ${said}` : said);
  };
  listening.onend = () => { listening = null; mark(false); };
  listening.onerror = (event) => {
    if (event.error === "not-allowed" || event.error === "service-not-allowed") mic.title = "The browser does not let this page listen: allow the microphone in its settings.";
  };
  listening.start();
  mark(true);
}

if (Recognition) {
  mic.hidden = false;
  mark(false);
  mic.addEventListener("click", () => (listening ? listening.stop() : listen()));
}
