// Replies read aloud by the browser's own voices; the button is there only where it has one.
const voices = () => window.speechSynthesis?.getVoices?.() || [];
let spoken = null;

function speaking(item) {
  if (!voices().length) return null;
  const on = spoken === item.id;
  return button(on ? "silence" : "speak", on ? "Stop reading" : "Read aloud", () => (spoken === item.id ? silence() : speak(item)));
}

function speak(item) {
  silence();
  spoken = item.id;
  const saying = new SpeechSynthesisUtterance(prose(item.text).textContent);
  saying.lang = props.language;
  saying.onend = saying.onerror = () => spoken === item.id && silence();
  speechSynthesis.speak(saying);
  redraw(item.id);
}

function silence() {
  if (!spoken) return;
  const before = spoken;
  spoken = null;
  speechSynthesis.cancel();
  redraw(before);
}

window.speechSynthesis?.addEventListener?.("voiceschanged", () => [...drawn.keys()].forEach(redraw), { once: true });
window.addEventListener("pagehide", silence);
