import { owed } from "../static/inbox/in-use.js";
import { same } from "./check.js";

const reply = { id: "2", role: "assistant", content: "I do not know.", answer: { response: "60 days." } };
const said = (role, content) => ({ id: content, role, content });

export function the_visitor_is_owed_an_answer_that_nobody_told_them() {
  same(owed(reply, [said("user", "How long?"), reply, said("user", "60 days.")]), true);
}

export function not_once_a_person_or_the_bot_has_said_it() {
  same(owed(reply, [reply, said("agent", " 60 days. ")]), false);
  const right = { ...reply, content: "60 days." };
  same(owed(right, [right]), false);
}
