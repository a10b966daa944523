import { begunHours, fieldsOf, nextSpan, spanOf, withClosed, withSpan } from "../static/operate/hours.js";
import { same } from "./check.js";

export function a_span_is_two_fields_and_back() {
  for (const span of ["09:00-17:30", "00:00-24:00", "09:00-"]) same(spanOf(fieldsOf(span)), span);
  same(fieldsOf("13:00-24:00"), { from: "13:00", to: "00:00" });
}

export function a_day_gets_hours_and_loses_them() {
  const hours = begunHours("Europe/London");
  same(hours.friday, ["09:00-17:00"]);
  same(hours.sunday, []);
  same(withSpan(hours, "friday", 0, "08:00-12:00").friday, ["08:00-12:00"]);
  same(withSpan(hours, "friday", 1, "18:00-").friday, ["09:00-17:00", "18:00-"]);
  same(withSpan(hours, "friday", 0, null).friday, []);
  same([nextSpan([]), nextSpan(["08:00-12:00"]), nextSpan(["08:00-24:00"])], ["09:00-17:00", "12:00-", "09:00-17:00"]);
}

export function closed_days_are_in_order_and_none_twice() {
  same(withClosed(["2026-12-26"], "2026-12-25"), ["2026-12-25", "2026-12-26"]);
  same(withClosed(["2026-12-26"], "2026-12-26"), ["2026-12-26"]);
}
