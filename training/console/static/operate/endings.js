// What conversations came to: the words and the colour of each ending, in the order of bars and legends.

export const ENDINGS = [
  { key: "confirmed", name: "Resolved, confirmed", colour: "c1", words: "the visitor said that it helped" },
  { key: "assumed", name: "Resolved, assumed", colour: "c7", words: "it ended without dislike, hand-off or silence" },
  { key: "handed_off", name: "Went to a person", colour: "c4", words: "a person was asked for, promised or wrote" },
  { key: "unanswered", name: "Unanswered", colour: "c3", words: "the bot had no answer to the last question" },
  { key: "disliked", name: "Disliked", colour: "c5", words: "a reply was disliked, or did not help" },
  { key: "other", name: "Nothing asked", colour: "c6", words: "small talk, or what is not the bot's to answer" },
  { key: "open", name: "Going on", colour: "c2", words: "something was said in the last half hour" },
];

/** Where the chats of some days (UTC) stand, those that came to one ending or all of them. */
export function chatsOf(ending, begun) {
  return `../review/?${new URLSearchParams({ status: "all", ...(ending && { ending }), begun })}`;
}

/** The number of each ending, in that order. */
export function valuesOf({ endings }) {
  return ENDINGS.map(({ key }) => endings[key] ?? 0);
}
