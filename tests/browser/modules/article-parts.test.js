import { isWritten, joined, parted } from "../static/operate/article-parts.js";
import { same } from "./check.js";

export function a_text_is_its_title_and_what_stands_below() {
  same(parted("# Lamp oil\n\nYes.\n\n## Price\n"), { title: "Lamp oil", below: "Yes.\n\n## Price\n" });
  same(parted("Only text"), { title: "", below: "Only text" });
}

export function parts_are_joined_as_they_were_typed() {
  for (const text of ["# \n\n", "# Lamp  oil \n\n\n\nYes. ", "# \n\n## Do you sell oil?\n\n"]) same(joined(parted(text)), text);
}

export function headings_alone_are_no_article() {
  same(["# \n\n", "# Oil\n\n", "# Oil\n\n## Price\n\n", "# \n\nYes."].map(isWritten), [false, false, false, false]);
  same(isWritten("# Oil\n\n## Price\n\nTen pounds."), true);
}
