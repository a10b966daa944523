import { excerptOf, marked } from "../static/inbox/excerpts.js";
import { same } from "./check.js";

const marks = (text, search) => marked(text, search).filter(({ mark }) => mark).map(({ part }) => part);

export function the_words_of_a_search_are_marked_whatever_their_case_and_accents() {
  same(marks("My WARDROBE, a Crème one: no wardrobes", "creme wardrobe"), ["WARDROBE", "Crème", "wardrobes"]);
  same(marks("wardrobes and a wardrobe", "wardrobe "), ["wardrobe"]);
  same(marked("one  two", "two").map(({ part }) => part).join(""), "one  two");
}

export function without_a_search_nothing_is_marked() {
  same([marks("Hello there", ""), marks("Hello there", "?!"), marked("", "x")], [[], [], []]);
}

export function what_the_title_says_is_not_said_twice() {
  same([excerptOf({ title: "Hello", excerpt: "Hello" }), excerptOf({ title: "Hello", excerpt: "And now?" })], ["", "And now?"]);
  same(excerptOf({ title: "Hello", excerpt: "Hello" }, "hello"), "Hello");
}
