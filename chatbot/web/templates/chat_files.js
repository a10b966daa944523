// Files that were sent with a message: pictures are shown, in a place that is kept for them, anything else is there to be saved.
const SHOWN_SIDE = 260;

const addressOf = (file, how) => new URL(`uploads/${file.id}${how}`, document.baseURI).href;

function weight(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function sentFile(file) {
  if (!file.width) return make("a", { class: "chip", href: addressOf(file, "?save"), download: file.name }, file.name, make("span", { class: "quiet" }, weight(file.size)));
  const scale = Math.min(1, SHOWN_SIDE / Math.max(file.width, file.height));
  const size = { width: Math.round(file.width * scale), height: Math.round(file.height * scale) };
  return make("a", { class: "photo", href: addressOf(file, ""), target: "_blank", rel: "noopener", title: file.name },
    make("img", { src: addressOf(file, "?small"), alt: file.name, loading: "lazy", ...size }));
}

function files(item) {
  if (!item.files.length) return null;
  return make("ul", { class: "files", "aria-label": "Files" }, ...item.files.map((file) => make("li", {}, sentFile(file))));
}
