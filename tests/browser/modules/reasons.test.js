import { lessonOf, reasonOf, triedWords, weighedWords } from "../static/inbox/reasons.js";
import { same } from "./check.js";

const passage = (used, kind = "article") => ({ used, kind });

export function a_reply_has_its_reason_in_a_sentence() {
  const reason = (reply) => reasonOf({ act: "answer", rule: "", sources: [], ...reply });
  same(reason({ act: "abstain" }), "It did not know: nothing near the question was found.");
  same(reason({ act: "abstain", sources: [passage(false)] }), "It did not know: nothing that was found is sure to answer.");
  same(reason({ act: "refuse", rule: "abuse" }), "It took the message as “abuse”; a rule says what it does then.");
  same(reason({ act: "handoff", handoff: "sent a file that only people can look at" }), "The visitor sent a file, at which only people can look.");
  same(reason({ act: "handoff" }), "The visitor asked for a person, or said yes to one.");
  same(reason({ sources: [passage(true, "answer")] }), "It rests on an answer that a colleague approved.");
  same(reason({ sources: [passage(true), passage(false)] }), "It rests on 1 of the 2 passages that were found.");
}

export function a_rule_held_or_did_not() {
  const words = (rule, probability) => weighedWords({ rule, weighed: { rule: "abuse", probability, needed: 0.5 } });
  same(words("abuse", 0.9), "It held.");
  same(words("", 0.2), "It did not hold: an ordinary question.");
  same(words("", 0.8), "It stood back for an approved answer, or for the wish for a person.");
}

export function a_row_says_where_it_is_from_and_what_it_taught() {
  same(lessonOf({ lesson: "imitate", origin: "pair", rejected: "" }), "A pair of the pack, taught as right");
  same(lessonOf({ lesson: "imitate", origin: "correction", rejected: "x" }), "A correction, taught as better than what was said");
  same(lessonOf({ lesson: "dislike", origin: "rating", rejected: "" }), "A rated reply, taught as bad");
}

export function what_was_tried_is_told_in_words() {
  same(triedWords({ act: "handoff", rule: "handoff" }), "called a person");
  same(triedWords({ act: "answer", rule: "upset" }), "answered, took it as “upset”");
  same(triedWords({ act: "decline", rule: "off_topic" }), "declined, took it as “off topic”");
}
