import { ENDINGS, chatsOf, valuesOf } from "../static/operate/endings.js";
import { same } from "./check.js";

export function every_ending_has_its_place_its_words_and_a_colour_of_its_own() {
  same(valuesOf({ endings: { handed_off: 2, confirmed: 5 } }), [5, 0, 2, 0, 0, 0, 0]);
  same(new Set(ENDINGS.map(({ colour }) => colour)).size, ENDINGS.length);
}

export function what_is_counted_is_found_in_the_inbox() {
  same(chatsOf("disliked", "2026-03-01"), "../review/?status=all&ending=disliked&begun=2026-03-01");
  same(chatsOf("", "2026-03-01"), "../review/?status=all&begun=2026-03-01");
}
