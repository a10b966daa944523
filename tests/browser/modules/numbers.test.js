import { change, count, duration, percent } from "../static/operate/numbers.js";
import { same } from "./check.js";

export function figures_are_words() {
  same([percent(0.714), percent(0), percent(null)], ["71 %", "0 %", "–"]);
  same([duration(0), duration(50), duration(400), duration(12_000), duration(150_000), duration(null)], ["0 s", "< 0.1 s", "0.4 s", "12 s", "3 min", "–"]);
  same([count(1, "chat"), count(3, "chat"), count(2, "person", "people")], ["1 chat", "3 chats", "2 people"]);
}

export function a_change_is_told_with_its_sign_and_whether_it_is_good() {
  same(change(5, 3), { words: "+2", tone: "better" });
  same(change(3, 5, { more: "worse" }), { words: "−2", tone: "better" });
  same(change(5, 3, { more: "neither", told: (by) => `${by} chats` }), { words: "+2 chats", tone: "" });
  same(change(4, 4), { words: "as before", tone: "" });
  same(change(0.402, 0.4, { told: (by) => `${Math.round(by * 100)} points` }), { words: "as before", tone: "" });
  same([change(4, null), change(null, 4)], [null, null]);
}
