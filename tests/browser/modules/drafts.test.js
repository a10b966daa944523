import { Drafts } from "../static/shared/drafts.js";
import { same, storage } from "./check.js";

export function what_was_typed_is_there_again() {
  const kept = storage();
  new Drafts("anna", kept).put("case1", "reply", "Dear vis");
  const again = new Drafts("anna", kept);
  same(again.get("case1", "reply"), "Dear vis");
  same(again.get("case1", "note"), undefined);
  same([again.has("case1"), again.has("case2")], [true, false]);
}

export function colleagues_do_not_read_each_others() {
  const kept = storage();
  new Drafts("anna", kept).put("case1", "reply", "Dear");
  same(new Drafts("bo", kept).get("case1", "reply"), undefined);
}

export function nothing_but_spaces_is_no_draft() {
  const drafts = new Drafts("anna", storage());
  drafts.put("case1", "reply", " \n");
  same(drafts.has("case1"), false);
}

export function what_was_sent_goes_and_the_rest_stays() {
  const drafts = new Drafts("anna", storage());
  drafts.put("case1", "reply", "a");
  drafts.put("case1", "note", "b");
  drafts.drop("case1", "reply");
  same([drafts.get("case1", "reply"), drafts.get("case1", "note")], [undefined, "b"]);
}

export function a_deleted_chat_leaves_none() {
  const drafts = new Drafts("anna", storage());
  for (const about of ["case1", "case10"]) drafts.put(about, "reply", "x");
  drafts.dropAll("case1");
  same([drafts.has("case1"), drafts.has("case10")], [false, true]);
}

export function old_ones_and_broken_ones_are_forgotten_and_nothing_else() {
  const old = JSON.stringify({ text: "old", at: Date.now() - 31 * 24 * 3600 * 1000 });
  const kept = storage({ "draft/anna/c/reply": old, "draft/anna/c/note": "{", "chatbot-shade": "dark" });
  const drafts = new Drafts("anna", kept);
  same(drafts.has("c"), false);
  same([kept.length, kept.getItem("chatbot-shade")], [1, "dark"]);
}
