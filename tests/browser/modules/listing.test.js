import { Listing } from "../static/inbox/listing.js";
import { viewOf } from "../static/inbox/address.js";
import { same, settled } from "./check.js";

const FILTER = viewOf("").filter;

/** A server with cases of these ids, two a page. */
function server(ids) {
  const asked = [];
  const cases = async ({ cursor }, signal) => {
    asked.push(cursor);
    await settled();
    if (signal.aborted) throw new DOMException("gone", "AbortError");
    const start = cursor ? Number(cursor) : 0;
    const items = ids.slice(start, start + 2).map((conversation) => ({ conversation }));
    return { items, next: start + 2 < ids.length ? String(start + 2) : "", counts: { waiting: ids.length, held: 1 }, mine: 1, attention: 2 };
  };
  return { ids, asked, cases };
}

const shown = (listing) => listing.items.map(({ conversation }) => conversation).join("");

export async function pages_follow_each_other() {
  const listing = new Listing(server([..."abcde"]));
  await listing.show(FILTER);
  same([shown(listing), listing.counts, listing.attention], ["ab", { waiting: 5, mine: 1, open: 0, done: 0, all: 6 }, 2]);
  await listing.more();
  await listing.more();
  await listing.more();
  same([shown(listing), listing.next], ["abcde", ""]);
}

export async function a_refresh_keeps_as_many_and_drops_what_left() {
  const api = server([..."abcdef"]);
  const listing = new Listing(api);
  await listing.show(FILTER);
  await listing.more();
  api.ids.shift();
  await listing.refresh();
  same(shown(listing), "bcde");
}

export async function a_later_wish_takes_the_place_of_an_earlier_one() {
  const listing = new Listing(server([..."abc"]));
  const first = listing.show({ ...FILTER, text: "slow" });
  await listing.show(FILTER);
  await first;
  same([shown(listing), listing.filter.text, listing.loading], ["ab", "", false]);
}

export async function a_fault_is_told_and_what_was_shown_stays() {
  const api = server([..."ab"]);
  const listing = new Listing(api);
  await listing.show(FILTER);
  api.cases = async () => {
    throw new Error("The server cannot be reached.");
  };
  await listing.refresh();
  same([shown(listing), listing.fault], ["ab", "The server cannot be reached."]);
}

export async function the_case_on_view_stays_where_it_is_listed_until_another_is_on_view() {
  const api = server([..."abcd"]);
  const listing = new Listing(api);
  await listing.show(FILTER);
  listing.keep("b");
  api.ids.splice(1, 1);
  await listing.refresh();
  same([shown(listing), listing.beside("b", 1)?.conversation], ["abc", "c"]);
  listing.keep("c");
  same(shown(listing), "ac");
  await listing.refresh();
  listing.keep("a");
  api.ids.shift();
  listing.keep("");
  await listing.refresh();
  same(shown(listing), "cd");
}

export async function neighbours_are_known() {
  const listing = new Listing(server([..."ab"]));
  await listing.show(FILTER);
  same([listing.beside("a", 1)?.conversation, listing.beside("b", 1)?.conversation, listing.beside("b", -1)?.conversation, listing.beside("z", 1)?.conversation], ["b", null, "a", "a"]);
}
