import { askedOf, gradesWords } from "../static/inbox/grades.js";
import { same } from "./check.js";

export function grades_are_asked_and_told_in_plain_words() {
  same(askedOf("accuracy"), "Is it right?");
  same(gradesWords({ accuracy: 1, engagement: 4 }), "right 1 of 5, friendly 4 of 5");
}
