import { collision, inQuestion, reasonName, shownReason, stateOf } from "../static/inbox/words.js";
import { same } from "./check.js";

const me = { id: "a" };
const since = new Date(Date.now() - 5 * 60_000).toISOString();

export function who_has_a_case_is_told_in_words() {
  const state = (one) => stateOf({ holder: null, waiting_since: null, ...one }, me);
  same(state({ status: "open" }), "The bot answers");
  same(state({ status: "waiting", waiting_since: since }), "Waits for a person, 5 min");
  same(state({ status: "held", holder: "a", holder_name: "Anna" }), "You hold this chat");
  const waits = { status: "held", holder: "b", holder_name: "Bo", waiting_since: since };
  same(state(waits), "Bo holds this chat; the visitor has waited 5 min");
  same(state({ status: "done" }), "Done");
}

export function reasons_are_told_in_plain_words_as_long_as_they_hold() {
  const shown = (reason, status) => shownReason({ reason, status });
  same([shown("handed off", "waiting"), shown("handed off", "held"), shown("handed off", "open")], ["asked for a person", "asked for a person", ""]);
  same([shown("uncertain", "open"), shown("disliked", "done"), shown("new", "open"), reasonName("new")], ["the bot was unsure", "disliked", "", "new"]);
}

export function writing_counts_more_than_looking() {
  same(collision([{ name: "Bo" }]), "Bo also looks at this chat.");
  same(collision([{ name: "Bo" }, { name: "Cy" }]), "Bo, Cy also look at this chat.");
  same(collision([{ name: "Bo", typing: true }, { name: "Cy" }]), "Bo is writing in this chat.");
}

export function a_case_is_opened_at_the_reply_in_question() {
  const said = (id, role, more = {}) => ({ id, role, uncertain: false, handoff: "", opinions: [], ...more });
  const messages = [
    said("q1", "user"),
    said("r1", "assistant", { uncertain: true }),
    said("r2", "assistant", { opinions: [{ kind: "rating", value: "dislike" }] }),
    said("r3", "assistant", { handoff: "asked" }),
    said("r4", "assistant"),
    said("a1", "agent"),
  ];
  const at = (reason, among = messages) => inQuestion({ case: { reason }, messages: among });
  same(["uncertain", "disliked", "handed off", "new"].map((reason) => at(reason)), ["r1", "r2", "r3", "r4"]);
  same([at("disliked", messages.slice(0, 2)), at("new", messages.slice(0, 1))], ["r1", ""]);
}
