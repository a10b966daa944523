// What the page says of a case, where it takes more than a word.

import { since } from "../shared/times.js";

/** Who has a case and since when. */
export function stateOf(one, me) {
  if (one.status === "waiting") return `Waits for a person, ${since(one.waiting_since)}`;
  if (one.status === "held") {
    const who = one.holder === me.id ? "You hold this chat" : `${one.holder_name} holds this chat`;
    return one.waiting_since ? `${who}; the visitor has waited ${since(one.waiting_since)}` : who;
  }
  return one.status === "done" ? "Done" : "The bot answers";
}

const REASONS = { "handed off": "asked for a person", uncertain: "the bot was unsure" };

/** A reason to look at a case, as people say it. */
export function reasonName(reason) {
  return REASONS[reason] ?? reason;
}

/** The reason that a case shows: none for what is only new, and none that is settled since a person had the chat. */
export function shownReason({ reason, status }) {
  const settled = reason === "handed off" && status !== "waiting" && status !== "held";
  return reason === "new" || settled ? "" : reasonName(reason);
}

/** What a chat came to, as people say it. */
export const ENDINGS = {
  confirmed: "resolved, the visitor said so", assumed: "resolved, as it seems", handed_off: "went to a person", unanswered: "unanswered",
  disliked: "disliked", other: "nothing asked", open: "going on",
};

const WORTH_A_LOOK = {
  disliked: ({ opinions }) => opinions.some(({ kind, value }) => kind === "rating" && value === "dislike"),
  uncertain: ({ uncertain }) => uncertain,
  "handed off": ({ handoff }) => handoff,
};

/** The id of the reply for which a case is worth a look: the last one that shows its reason, else the last one. */
export function inQuestion({ case: one, messages }) {
  const replies = messages.filter(({ role }) => role === "assistant");
  const found = replies.findLast(WORTH_A_LOOK[one.reason] ?? (() => true)) ?? replies.at(-1);
  return found?.id ?? "";
}

/** Who else is at a case. */
export function collision(others) {
  const writing = others.filter(({ typing }) => typing);
  if (writing.length) return `${names(writing)} ${writing.length === 1 ? "is" : "are"} writing in this chat.`;
  return `${names(others)} also ${others.length === 1 ? "looks" : "look"} at this chat.`;
}

function names(people) {
  return people.map(({ name }) => name).join(", ");
}
