import { Happenings } from "../static/shared/happenings.js";
import { same } from "./check.js";

class Source extends EventTarget {
  readyState = 1;

  tell(happening) {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(happening) }));
  }

  close() {
    this.readyState = 2;
  }
}

export function what_the_server_tells_comes_by_its_kind() {
  const happenings = new Happenings("events", Source);
  const heard = [];
  happenings.addEventListener("case", ({ detail }) => heard.push(detail));
  happenings.source.tell({ kind: "case", conversation: "c1", detail: { status: "held" } });
  happenings.source.tell({ kind: "typing", conversation: "c2", detail: {} });
  same(heard, [{ kind: "case", conversation: "c1", detail: { status: "held" } }]);
}

export function coming_back_is_told_apart_from_the_first_time() {
  const happenings = new Happenings("events", Source);
  const heard = [];
  for (const kind of ["first", "again", "broken"]) happenings.addEventListener(kind, () => heard.push(kind));
  for (const kind of ["open", "error", "open"]) happenings.source.dispatchEvent(new Event(kind));
  same([heard, happenings.ended], [["first", "broken", "again"], false]);
  happenings.close();
  same(happenings.ended, true);
}
