import { CallError, call, withQuery } from "../static/shared/calls.js";
import { same, truth } from "./check.js";

async function refusal(status, body) {
  const real = window.fetch;
  window.fetch = async () => (body === null ? Promise.reject(new TypeError("network")) : new Response(body, { status }));
  try {
    await call("POST", "api/x", {});
  } catch (fault) {
    return fault;
  } finally {
    window.fetch = real;
  }
  throw new Error("it was not refused");
}

export async function a_refusal_has_the_servers_words() {
  const fault = await refusal(409, JSON.stringify({ detail: "Bo holds this case", holder: { name: "Bo" } }));
  truth(fault instanceof CallError);
  same([fault.message, fault.status, fault.body.holder.name], ["Bo holds this case", 409, "Bo"]);
}

export async function faults_of_fields_are_joined() {
  same((await refusal(422, JSON.stringify({ detail: [{ msg: "too long" }, { msg: "no text" }] }))).message, "too long; no text");
}

export async function what_is_no_json_is_told_by_its_number() {
  same((await refusal(502, "<html>")).message, "The server refused this (502).");
}

export async function no_network_is_told_in_words() {
  const fault = await refusal(0, null);
  truth(fault.message.includes("cannot be reached"));
  same(fault.status, 0);
}

export function empty_parameters_are_left_out() {
  same(withQuery("a", { x: "1 2", y: "", z: null }), "a?x=1+2");
  same(withQuery("a", {}), "a");
}
