import { Attention } from "../static/inbox/attention.js";
import { same, storage } from "./check.js";

export function the_number_stands_in_the_tabs_title() {
  const attention = new Attention(storage());
  attention.count(3);
  same(document.title, "(3) Tests");
  attention.count(0);
  same(document.title, "Tests");
}

export function only_what_is_added_calls() {
  const attention = new Attention(storage());
  same([5, 5, 6, 2, 3].map((number) => attention.count(number)), [false, false, true, false, true]);
  attention.count(0);
}

export function it_is_off_until_somebody_asks_for_it() {
  same(new Attention(storage()).on, false);
  same(new Attention(storage({ "inbox-attention": "on" })).on, true);
}
