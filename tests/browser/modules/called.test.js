import { Calls, callWords } from "../static/inbox/called.js";
import { same } from "./check.js";

const CALL = { conversation: "c1", title: "A lamp", kind: "mention", caller: "Anna" };

export async function what_calls_is_known_by_its_chat_and_kept_while_the_server_is_away() {
  const api = { calls: async () => [CALL] };
  const calls = new Calls(api);
  await calls.refresh();
  api.calls = async () => {
    throw new Error("away");
  };
  await calls.refresh();
  same([calls.to("c1"), calls.to("c2") ?? null], [CALL, null]);
}

export function a_call_says_who_and_where() {
  same(callWords(CALL), "Anna mentions you in “A lamp”");
  same(callWords({ ...CALL, kind: "transfer" }), "Anna gave you “A lamp”");
}
