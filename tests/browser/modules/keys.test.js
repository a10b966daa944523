import { Keys, nameOf } from "../static/shared/keys.js";
import { same } from "./check.js";

function press(target, key, held = {}) {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...held }));
}

function page() {
  const root = document.createElement("div");
  root.innerHTML = "<input><textarea></textarea><button></button><input type='radio'>";
  document.body.replaceChildren(root);
  const pressed = [];
  const keys = new Keys(root)
    .bind("j", "next", () => pressed.push("j"))
    .bind("ctrl+Enter", "send", () => pressed.push("send"), true)
    .bind("ArrowLeft", "before", () => pressed.push("left"))
    .bind("Escape", "back", () => pressed.push("back"))
    .bind("2", "", () => pressed.push("2"));
  return { root, pressed, keys };
}

export function letters_act_where_nobody_types() {
  const { root, pressed } = page();
  press(root.querySelector("button"), "j");
  press(root.querySelector("input"), "j");
  press(root.querySelector("textarea"), "j");
  press(root, "J");
  same(pressed, ["j", "j"]);
}

export function letters_in_quick_succession_are_words_and_run_nothing() {
  const { root, pressed, keys } = page();
  keys.bind("e", "done", () => pressed.push("e")).bind("g", "grade", () => root.querySelector("button").focus());
  const [field, button] = [root.querySelector("textarea"), root.querySelector("button")];
  for (const letter of "hej") press(root, letter);
  same(pressed, []);
  press(root, "2");
  for (const letter of "jj") press(root, letter);
  same(pressed, ["2", "j", "j"]);
  press(button, "e");
  press(field, "x");
  press(button, "j");
  same(pressed, ["2", "j", "j", "e", "j"]);
  keys.harmless("j");
  for (const letter of "xje") press(root, letter);
  same(pressed.slice(5), ["j"]);
}

export async function a_letter_acts_again_after_a_moment() {
  const { root, pressed } = page();
  press(root, "h");
  await new Promise((done) => setTimeout(done, 210));
  press(root, "j");
  same(pressed, ["j"]);
}

export function keys_with_ctrl_or_command_act_in_a_field_where_that_is_meant() {
  const { root, pressed } = page();
  press(root.querySelector("textarea"), "Enter", { ctrlKey: true });
  press(root.querySelector("textarea"), "Enter", { metaKey: true });
  press(root, "j", { ctrlKey: true });
  same(pressed, ["send", "send"]);
}

export function escape_leaves_a_field_before_it_leads_back() {
  const { root, pressed } = page();
  const field = root.querySelector("textarea");
  field.focus();
  press(field, "Escape");
  same([document.activeElement === field, pressed], [false, []]);
  press(root, "Escape");
  same(pressed, ["back"]);
}

export function arrows_choose_among_grades_where_one_has_the_focus() {
  const { root, pressed } = page();
  press(root.querySelector("[type=radio]"), "ArrowLeft");
  press(root.querySelector("[type=radio]"), "j");
  press(root, "ArrowLeft");
  same(pressed, ["j", "left"]);
}

export function an_open_dialog_has_the_keys_to_itself() {
  const { root, pressed } = page();
  const dialog = document.createElement("dialog");
  root.append(dialog);
  dialog.showModal();
  press(root, "j");
  dialog.close();
  press(root, "j");
  same(pressed, ["j"]);
}

export function the_list_has_those_with_words() {
  same(page().keys.list.map(({ name }) => name), ["j", "ctrl+Enter", "ArrowLeft", "Escape"]);
}

export function presses_have_names() {
  const name = (key, held) => nameOf(new KeyboardEvent("keydown", { key, ...held }));
  same([name("?", { shiftKey: true }), name("Enter", { altKey: true }), name("Escape")], ["?", "alt+Enter", "Escape"]);
}
