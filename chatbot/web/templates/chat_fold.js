// The answer first: of a long reply, what follows its first sentences waits behind a button. Where that begins depends on the words
// before it alone, so that nothing which was shown of a reply under way is taken back.
const LEAD = 240; // letters
const REST = 250; // what is shorter needs no button
const SENTENCE_END = /(?<!\b(?:e\.g|i\.e|a\.m|p\.m|approx|incl|excl|max|min|Dr|Mr|Mrs|Ms|St|No))[.!?؟।]["'”’)]*(?=\s+[^\sa-z])|[。！？]/g;

// Where the lead ends: the block, and how far into its text where it is cut; null where it has not ended yet.
function leadEnd(children) {
  let letters = 0;
  for (const [place, child] of children.entries()) {
    const text = child.textContent;
    if (child.matches("p") && letters + text.length > LEAD) {
      for (const end of text.matchAll(SENTENCE_END)) {
        const cut = end.index + end[0].length;
        if (letters + cut >= LEAD) return { place, cut };
      }
    }
    letters += text.length;
    const leads = child.matches("h3, h4, h5, h6") || text.trimEnd().endsWith(":");
    if (letters >= LEAD && !leads && place < children.length - 1) return { place, cut: text.length };
  }
  return null;
}

// Takes what follows the lead out of the blocks of a reply and returns it; null where there is nothing to fold.
function takeRest(blocks, writing) {
  const children = [...(blocks.children || [])];
  const end = leadEnd(children);
  if (!end) return null;
  const after = children.slice(end.place + 1).reduce((sum, child) => sum + child.textContent.length, 0);
  const within = children[end.place].textContent.length - end.cut;
  if (!writing && after + within <= REST) return null;
  const rest = document.createDocumentFragment();
  if (within > 0) rest.append(cutFrom(children[end.place], end.cut));
  rest.append(...children.slice(end.place + 1));
  return rest;
}

// What a paragraph says from a letter on, in a paragraph of its own.
function cutFrom(paragraph, letter) {
  const texts = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  let before = 0;
  let node = texts.nextNode();
  while (node && before + node.length < letter) {
    before += node.length;
    node = texts.nextNode();
  }
  const range = document.createRange();
  range.setStart(node, letter - before);
  range.setEndAfter(paragraph.lastChild);
  const cut = document.createElement("p");
  cut.append(range.extractContents());
  return cut;
}
