// Why a reply says what it says, in words.

const RULED = new Set(["handoff", "refuse", "decline", "ask", "chat"]);
const ORIGINS = {
  pair: "A pair of the pack",
  dialogue: "A dialogue of the pack",
  correction: "A correction",
  like: "A reply that was liked",
  answer: "An approved answer",
  rating: "A rated reply",
};
const DID = {
  answer: "answered",
  abstain: "did not know",
  handoff: "called a person",
  refuse: "refused",
  decline: "declined",
  ask: "asked what was meant",
  chat: "small talk",
};
const LESSONS = { imitate: "taught as right", like: "taught as good", dislike: "taught as bad" };

/** The reason in a sentence. */
export function reasonOf(reply) {
  const used = reply.sources.filter((passage) => passage.used);
  if (reply.act === "abstain") return reply.sources.length ? "It did not know: nothing that was found is sure to answer." : "It did not know: nothing near the question was found.";
  if (reply.handoff?.startsWith("sent a file")) return "The visitor sent a file, at which only people can look.";
  if (RULED.has(reply.act)) return reply.rule ? `It took the message as “${plain(reply.rule)}”; a rule says what it does then.` : "The visitor asked for a person, or said yes to one.";
  if (used.some(({ kind }) => kind === "answer")) return "It rests on an answer that a colleague approved.";
  if (!reply.sources.length) return "Nothing was looked up for this reply.";
  return `It rests on ${used.length} of the ${reply.sources.length} passages that were found.`;
}

/** What the bot did, and what it took the message as. */
export function triedWords({ act, rule }) {
  return [DID[act] ?? act, rule && rule !== act ? `took it as “${plain(rule)}”` : ""].filter(Boolean).join(", ");
}

function plain(rule) {
  return rule.replaceAll("_", " ");
}

/** What was made of the likeliest rule. */
export function weighedWords({ weighed, rule }) {
  const { probability, needed } = weighed;
  if (rule === weighed.rule) return "It held.";
  return probability > needed ? "It stood back for an approved answer, or for the wish for a person." : "It did not hold: an ordinary question.";
}

/** Where a row was from and what it taught. */
export function lessonOf({ lesson, origin, rejected }) {
  return `${ORIGINS[origin] ?? origin}, ${rejected ? "taught as better than what was said" : LESSONS[lesson]}`;
}
