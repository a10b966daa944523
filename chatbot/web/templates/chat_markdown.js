// Draws what the assistant writes: marked reads its Markdown, DOMPurify lets through what is named here and nothing else.
const ADDRESS = /^(?:https?:\/\/|mailto:|tel:)/i;
const ROW = /^\s*\|/;
const FENCE = /^\s*(?:```|~~~)/;
const MARKS_ALONE = /^[\s>#=_~`:*+-]*(?:\d+[.)]?)?\s*$/;

const markdown = new marked.Marked({
  gfm: true,
  breaks: true,
  tokenizer: {
    html() {}, // HTML is text like any other
    tag() {},
    def() {}, // a line that defines a link would vanish
    lheading() {}, // the first "-" of a list would make a heading of the line above it
    del(text) { return text.startsWith("~~") ? false : undefined; }, // "~5" is about five
  },
  renderer: {
    heading({ tokens, depth }) {
      const level = Math.min(depth + 2, 6); // below the page's own
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
    },
    link({ href, tokens }) { return ADDRESS.test(href) ? false : this.parser.parseInline(tokens); },
    image({ href, tokens }) { return this.link({ href, tokens: tokens.length ? tokens : [{ type: "text", raw: href, text: href }] }); },
    checkbox({ checked }) { return checked ? "☑ " : "☐ "; },
  },
});

const purify = DOMPurify(window);
purify.setConfig({
  ALLOWED_TAGS: ["p", "br", "strong", "em", "del", "code", "pre", "ul", "ol", "li", "a", "h3", "h4", "h5", "h6", "blockquote", "hr",
    "table", "thead", "tbody", "tr", "th", "td", "#text"],
  ALLOWED_ATTR: ["href", "start", "align"],
  ALLOWED_URI_REGEXP: ADDRESS,
  ADD_URI_SAFE_ATTR: ["start", "align"],
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
});
purify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName !== "A") return;
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer nofollow");
});

function prose(text) {
  let blocks;
  try {
    blocks = purify.sanitize(markdown.parse(text));
  } catch {
    return document.createTextNode(text); // marks within marks, deeper than the browser follows
  }
  for (const table of blocks.querySelectorAll("table")) {
    const frame = document.createElement("div");
    frame.className = "table";
    table.replaceWith(frame);
    frame.append(table);
  }
  return blocks;
}

// What of a reply under way can be drawn without taking back what was shown: no mark before what it marks, a half bold or code as
// if it were whole, a table by whole rows.
function settled(text) {
  const lines = text.split("\n");
  let last = lines.pop();
  const fenced = lines.filter((line) => FENCE.test(line)).length % 2;
  if (fenced) return [...lines, /^\s*[`~]+$/.test(last) ? "" : last].join("\n");
  if (ROW.test(last) || FENCE.test(last) || MARKS_ALONE.test(last)) last = "";
  if (!last && ROW.test(lines.at(-1)) && !ROW.test(lines.at(-2))) lines.pop();
  last = last.replace(/!?\[([^[\]]*)(?:\](?:\([^()\s]*)?)?$/, "$1").replace(/[*_~`\s]+$/, "");
  const rest = last.replace(/`[^`]*`/g, "");
  const open = rest.includes("`") ? "`" : rest.split("**").length % 2 ? "" : "**";
  return [...lines, last + open].join("\n");
}
