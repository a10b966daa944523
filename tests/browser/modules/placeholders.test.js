import { filled, firstOpen, matching } from "../static/inbox/placeholders.js";
import { same } from "./check.js";

export function what_is_known_is_filled_in_and_the_rest_stays() {
  same(filled("Dear {title}, {Agent} looks for {order number}.", { agent: "Anna", title: "x" }), "Dear x, Anna looks for {order number}.");
}

export function what_was_filled_in_is_not_filled_in_again() {
  same(filled("{title}", { title: "{agent}", agent: "Anna" }), "{agent}");
}

export function the_first_open_place_is_found() {
  same(firstOpen("For {order number}"), [4, 18]);
  same([firstOpen("none"), firstOpen("{}"), firstOpen("{ a: 1 }")], [null, null, null]);
}

export function names_come_before_texts() {
  const canned = [
    { name: "bye", text: "Hello and goodbye" },
    { name: "hello", text: "Hi" },
  ];
  same(matching(canned, "hel").map(({ name }) => name), ["hello", "bye"]);
  same(matching(canned, "zzz"), []);
  same(matching(canned, "").length, 2);
}
