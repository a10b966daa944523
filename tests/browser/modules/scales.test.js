import { nearest, scale, spread, ticks, wholeTicks } from "../static/operate/scales.js";
import { same } from "./check.js";

export function values_stand_between_the_edges() {
  const place = scale([10, 20], [0, 100]);
  same([place(10), place(15), place(20)], [0, 50, 100]);
  same(scale([3, 3], [0, 100])(3), 0);
}

export function marks_are_round_and_enclose_what_is_shown() {
  same(ticks(0, 97), [0, 50, 100]);
  same(ticks(0.42, 2.31), [0, 0.5, 1, 1.5, 2, 2.5]);
  same(ticks(0, 0.3), [0, 0.1, 0.2, 0.3]);
  same([ticks(0, 0), ticks(5, 5), ticks(-2, -2)], [[0, 1], [0, 5], [-2, 0]]);
}

export function what_is_counted_is_marked_whole() {
  same(wholeTicks(21), [0, 10, 20, 30]);
  same([wholeTicks(0), wholeTicks(1), wholeTicks(3)], [[0, 1], [0, 1], [0, 1, 2, 3]]);
}

export function the_last_of_many_is_always_named() {
  same(spread(7, 3), [0, 3, 6]);
  same([spread(0, 3), spread(1, 3), spread(5, 9)], [[], [0], [0, 1, 2, 3, 4]]);
}

export function the_nearest_of_a_list_is_found() {
  same([nearest([0, 10, 30], 4), nearest([0, 10, 30], 19), nearest([0, 10, 30], 21), nearest([5], 99)], [0, 1, 2, 0]);
}
