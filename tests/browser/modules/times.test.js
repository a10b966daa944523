import { edgeOfDay, inFull, moment, shortly, since } from "../static/shared/times.js";
import { same, truth } from "./check.js";

const NOW = new Date(2026, 2, 3, 14, 5);
const before = (seconds) => new Date(NOW - seconds * 1000).toISOString();

export function a_wait_is_told_in_its_largest_unit() {
  same([5, 60, 59 * 60, 3600, 86399, 86400, 3 * 86400].map((seconds) => since(before(seconds), NOW)), [
    "< 1 min",
    "1 min",
    "59 min",
    "1 h",
    "23 h",
    "1 day",
    "3 days",
  ]);
}

export function a_clock_that_runs_ahead_is_no_fault() {
  same(since(before(-90), NOW), "< 1 min");
}

export function today_has_a_time_and_other_days_their_date() {
  truth(/\d{1,2}:\d{2}/.test(shortly(before(60), NOW)));
  truth(!shortly(before(2 * 86400), NOW).includes("2026"));
  truth(shortly(before(400 * 86400), NOW).includes("2025"));
  truth(moment(before(2 * 86400), NOW).includes(", "));
  same(moment(before(60), NOW), shortly(before(60), NOW));
}

export function the_zone_is_told_in_full() {
  truth(/UTC|GMT|[A-Z]{3,4}/.test(inFull(before(0))), inFull(before(0)));
}

export function a_stamp_without_an_offset_of_ours_is_read_as_utc() {
  same(since("2026-03-01T00:00:00.000000+00:00", new Date(Date.UTC(2026, 2, 1, 2))), "2 h");
}

export function no_day_has_no_edge() {
  same(edgeOfDay(""), "");
}
