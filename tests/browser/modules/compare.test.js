import { compared, partners } from "../static/operate/compare.js";
import { same } from "./check.js";

const kinds = (lines) => lines.map(({ kind, text }) => `${{ same: " ", added: "+", removed: "-", gap: "~" }[kind]}${text}`);

export function equal_texts_have_nothing_to_show() {
  same(compared("a\nb", "a\nb"), []);
}

export function changed_lines_stand_among_those_around_them() {
  same(kinds(compared("a\nb\nc", "a\nx\nc")), [" a", "-b", "+x", " c"]);
  same(kinds(compared("", "new")), ["-", "+new"]);
}

export function what_is_far_from_a_change_is_a_gap() {
  const before = Array.from({ length: 30 }, (_, at) => `line ${at}`);
  const after = before.with(2, "two").toSpliced(27, 1);
  const found = kinds(compared(before.join("\n"), after.join("\n")));
  same(found.filter((line) => line[0] !== " "), ["-line 2", "+two", "~", "-line 27"]);
  same([found[0], found.at(-1)], [" line 0", " line 29"]);
}

export function moved_lines_are_told_once_each() {
  same(kinds(compared("a\nb\nc", "b\nc\na")), ["-a", " b", " c", "+a"]);
}

export function a_line_is_told_beside_the_one_that_took_its_place() {
  const lines = compared("a\nit costs 75\nand 9\nc", "a\nit costs 79\nand 8\nc");
  const found = partners(lines);
  same([...found].map(([one, other]) => [one.text, other.text])[0], ["it costs 75", "it costs 79"]);
  same(found.size, 4);
  same(partners(compared("a\nb", "x\ny\nz")).size, 0);
}
