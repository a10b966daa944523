import { dated, differing, haveMuchInCommon, signed, tone } from "../static/operate/comparing.js";
import { same } from "./check.js";

export function a_difference_has_its_sign() {
  same([3, -2, 0].map((value) => signed(value)), ["+3", "−2", "±0"]);
  same(signed(4.25, " %"), "+4.3 %");
  same([3, -2, 0].map(tone), ["better", "worse", ""]);
}

export function the_base_has_no_date() {
  same(dated({ title: "Base model", made_at: "" }), "Base model");
  same(dated({ title: "v6", made_at: new Date().toISOString() }).startsWith("v6 · "), true);
}

export function words_of_one_text_alone_are_found() {
  const parts = differing("You may return it within 30 days.", "You can return it within 30 days of delivery.");
  same(parts.filter(({ only }) => only === "before").map(({ text }) => text.trim()), ["may", "days."]);
  same(parts.filter(({ only }) => only === "after").map(({ text }) => text.trim()), ["can", "days of delivery."]);
  same(parts.map(({ text, only }) => (only === "before" ? "" : text)).join(""), "You can return it within 30 days of delivery.");
}

export function equal_texts_have_no_differences() {
  same(differing("Yes, it is.", "Yes, it is."), [{ text: "Yes, it is.", only: "" }]);
  same(differing("", ""), []);
}

export function texts_with_little_in_common_are_not_marked() {
  same(haveMuchInCommon(differing("a b c d", "a b c e")), true);
  same(haveMuchInCommon(differing("a b c d", "e f g a")), false);
}
