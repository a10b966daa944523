import { CallError } from "../static/shared/calls.js";
import { FileDraft, NEW_ARTICLE } from "../static/operate/file-draft.js";
import { same, truth } from "./check.js";

const FILE = "articles/returns.md";

/** A console whose server holds one file. */
function consoleOf(me, { text = "old", revision = "r1", by = "Otto" } = {}) {
  const server = { text, revision, faults: [], asked: [] };
  const read = () => ({ file: FILE, text: server.text, revision: server.revision, changes: [{ by, at: "2026-01-01T00:00:00Z" }], rule: null, persona: null });
  return {
    server,
    me: { id: me },
    get: async () => read(),
    post: async (path, body) => {
      server.asked.push([path, body]);
      return { faults: server.faults, remarks: [], settled: [], html: "", passages: 1, suggested: body.file === NEW_ARTICLE ? "lamp-oil" : "" };
    },
    put: async (_, body) => {
      if (body.revision !== server.revision && body.file === FILE) throw new CallError("Otto changed it", 409);
      Object.assign(server, { text: body.text, revision: `${body.revision}+` });
      return { change: 1, file: body.file, revision: server.revision, folder: "", copied: false };
    },
  };
}

async function opened(console, file = FILE, begun = null) {
  const draft = new FileDraft(console, file, begun);
  await draft.open();
  return draft;
}

export async function what_was_typed_is_there_when_the_page_is_opened_again() {
  const console = consoleOf("typist");
  const draft = await opened(console);
  truth(!draft.dirty && !draft.canSave);
  draft.type("new");
  truth(draft.dirty);
  const again = await opened(console);
  same([again.value, again.restored, again.conflict], ["new", true, null]);
  await again.save();
  same([console.server.text, again.dirty], ["new", false]);
  same((await opened(console)).restored, false);
}

export async function who_comes_second_loses_nothing() {
  const console = consoleOf("second");
  const draft = await opened(console);
  draft.type("mine");
  Object.assign(console.server, { text: "theirs", revision: "r2" });
  same(await draft.save(), undefined);
  same([draft.value, draft.conflict.opened.text, draft.conflict.who, draft.canSave], ["mine", "theirs", "Otto", false]);
  await draft.overwrite();
  same([console.server.text, draft.conflict, draft.dirty], ["mine", null, false]);
}

export async function theirs_can_be_taken_instead() {
  const console = consoleOf("yielding");
  const draft = await opened(console);
  draft.type("mine");
  Object.assign(console.server, { text: "theirs", revision: "r2" });
  await draft.follow();
  same(draft.conflict.opened.text, "theirs");
  draft.yield();
  same([draft.value, draft.dirty, draft.conflict], ["theirs", false, null]);
}

export async function whoever_typed_nothing_follows_what_others_save() {
  const console = consoleOf("reader");
  const draft = await opened(console);
  Object.assign(console.server, { text: "theirs", revision: "r2" });
  await draft.follow();
  same([draft.value, draft.conflict], ["theirs", null]);
}

export async function a_fault_keeps_it_from_being_saved() {
  const console = consoleOf("careless");
  const draft = await opened(console);
  console.server.faults = ["articles/returns.md:1: must begin with a title"];
  draft.type("no title");
  await draft.check();
  same([draft.checked.faults.length, draft.canSave], [1, false]);
  draft.discard();
  truth(!draft.dirty);
}

export async function a_new_article_is_saved_under_the_name_that_its_title_suggests() {
  const console = consoleOf("author");
  const draft = await opened(console, NEW_ARTICLE, "# \n\n## Do you sell oil?\n\n");
  same([draft.isNew, draft.value], [true, "# \n\n## Do you sell oil?\n\n"]);
  draft.type("# Lamp oil\n\nYes.\n");
  await draft.check();
  await draft.save();
  same([draft.name, draft.file, draft.isNew], ["lamp-oil", "articles/lamp-oil.md", false]);
}

export async function nothing_is_said_of_a_new_article_before_it_is_written() {
  const console = consoleOf("beginner");
  console.server.faults = ["articles/article.md:1: must begin with a title"];
  const draft = await opened(console, NEW_ARTICLE, "# \n\n## Do you sell oil?\n\n");
  same([draft.dirty, draft.faults, draft.checked], [false, [], null]);
  draft.type("# Lamp oil\n\n");
  await draft.check();
  same([draft.dirty, draft.unfinished, draft.canSave, console.server.asked.length], [true, true, false, 0]);
}

export async function no_earlier_fault_stands_beside_newer_words() {
  const console = consoleOf("quick");
  const draft = await opened(console);
  console.server.faults = ["articles/returns.md: the article holds no text"];
  draft.type("# Returns");
  const slow = draft.check();
  draft.type("# Returns\n\nWithin 30 days.");
  await slow;
  same([draft.faults, draft.canSave], [[], true]);
  same([await draft.save(), draft.faults.length, draft.canSave], [undefined, 1, false]);
  console.server.faults = [];
  draft.type("# Returns\n\nWithin 60 days.");
  same((await draft.save()).file, FILE);
}
