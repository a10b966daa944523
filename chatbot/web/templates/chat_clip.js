// The button beside the message box by which files are chosen.
const clip = element.querySelector("button");
clip.hidden = !props.on;
clip.addEventListener("click", () => document.dispatchEvent(new CustomEvent("chat-attach")));
