import { addressOf, asAsked, narrowed, viewOf } from "../static/inbox/address.js";
import { same } from "./check.js";

export function an_address_holds_what_is_on_view() {
  const view = viewOf("?case=ab12&status=mine&reason=disliked&text=lamp%20oil");
  same(view.chosen, "ab12");
  same([view.filter.status, view.filter.reason, view.filter.text], ["mine", "disliked", "lamp oil"]);
  same(viewOf(addressOf(view)), view);
}

export function what_is_as_usual_is_left_out() {
  same(addressOf(viewOf("")), "./");
  same(addressOf({ filter: viewOf("").filter, chosen: "ab" }), "?case=ab");
}

export function a_search_is_over_all_chats() {
  same(viewOf("?text=lamp").filter.status, "all");
}

export function what_nobody_knows_is_left_alone() {
  same(viewOf("?status=lost&view=secret&colour=red"), viewOf(""));
}

export function filters_are_counted_without_the_status() {
  same(narrowed(viewOf("?status=done").filter), 0);
  same(narrowed(viewOf("?label=vip&topic=returns&text=x").filter), 3);
  same(narrowed(viewOf("?status=all&ending=disliked&begun=2026-03-01").filter), 2);
}

export function days_are_asked_for_as_moments_of_the_readers_zone() {
  const asked = asAsked({ since: "2026-03-01", until: "2026-03-01", text: "x" });
  same(asked.since, new Date(2026, 2, 1).toISOString());
  same(asked.until, new Date(2026, 2, 1, 23, 59, 59, 999).toISOString());
  same(asAsked({ since: "", until: "" }), { since: "", until: "" });
}

export function mine_is_what_i_hold_and_all_is_any_status() {
  same(asAsked({ status: "mine", holder: "" }, "anna").holder, "anna");
  same(asAsked({ status: "mine", holder: "" }, "anna").status, "held");
  same(asAsked({ status: "all", holder: "bo" }, "anna"), { status: "", holder: "bo", since: "", until: "" });
}
