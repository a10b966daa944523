import { smallSize, weight } from "../static/inbox/files.js";
import { same } from "./check.js";

export function test_a_small_picture_keeps_its_shape_and_is_never_made_larger() {
  same(smallSize({ width: 2048, height: 1024 }), { width: 480, height: 240 });
  same(smallSize({ width: 30, height: 60 }), { width: 30, height: 60 });
}

export function test_a_weight_is_told_in_a_few_letters() {
  same([1, 1499, 999_000, 1_240_000].map(weight), ["1 kB", "1 kB", "999 kB", "1.2 MB"]);
}
