// What is on view, as the page's address has it, so that it can be linked to and gone back to.

import { edgeOfDay } from "../shared/times.js";

export const STATUSES = ["waiting", "mine", "open", "done", "all"];
export const FIELDS = ["text", "reason", "holder", "label", "version", "topic", "ending", "begun", "since", "until"];

/** The view of an address: a filter, the case on view, and whether something else than cases is. */
export function viewOf(search) {
  const given = new URLSearchParams(search);
  const filter = { status: "waiting" };
  if (STATUSES.includes(given.get("status"))) filter.status = given.get("status");
  else if (given.get("text")) filter.status = "all";
  for (const field of FIELDS) filter[field] = given.get(field) ?? "";
  const view = given.get("view") === "answers" ? "answers" : "";
  return { filter, chosen: given.get("case") ?? "", view };
}

/** The address of a view; what is as usual is left out. */
export function addressOf({ filter, chosen = "", view = "" }) {
  const told = new URLSearchParams();
  if (view) told.set("view", view);
  if (chosen) told.set("case", chosen);
  if (filter.status !== "waiting") told.set("status", filter.status);
  for (const field of FIELDS) if (filter[field]) told.set(field, filter[field]);
  return told.size ? `?${told}` : "./";
}

/** No filter beside the status. */
export function cleared() {
  return Object.fromEntries(FIELDS.map((field) => [field, ""]));
}

/** How many filters beside the status narrow a list. */
export function narrowed(filter) {
  return FIELDS.filter((field) => filter[field]).length;
}

/** A filter as the server takes it: days become moments of the reader's zone, and "mine" what the reader holds. */
export function asAsked(filter, me) {
  const asked = { ...filter, since: edgeOfDay(filter.since), until: edgeOfDay(filter.until, true) };
  if (filter.status === "all") asked.status = "";
  return filter.status === "mine" ? { ...asked, status: "held", holder: me } : asked;
}
