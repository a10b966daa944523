// The inbox's calls, one function each; `chatbot/web/inbox/` answers them.

import { call, withQuery } from "../shared/calls.js";

const ROOT = "api";
const at = (...parts) => [ROOT, ...parts.map(encodeURIComponent)].join("/");

export const events = (page) => withQuery("events", { page });
export const lookAway = (page) => call("POST", at("look-away"), { page });
export const staff = () => call("GET", at("staff"));
export const calls = () => call("GET", at("calls"));
export const choices = () => call("GET", at("choices"));
export const canned = () => call("GET", at("canned"));
export const answers = () => call("GET", at("answers"));
export const cases = (wanted, signal) => call("GET", withQuery(at("cases"), wanted), undefined, signal);
export const one = (id, signal) => call("GET", at("cases", id), undefined, signal);
export const act = (id, what, body = {}) => call("POST", at("cases", id, what), body);
export const judge = (message, what, body = {}) => call("POST", at("messages", message, what), body);
export const uncorrect = (message) => call("DELETE", at("messages", message, "correction"));
export const learnedFrom = (message) => call("GET", at("messages", message, "learned-from"));
export const proposals = () => call("GET", at("proposals"));
export const confirm = (id) => call("POST", at("proposals", id, "confirm"));
export const revise = (id, question, answer) => call("PUT", at("answers", id), { question, answer });
export const withdraw = (id) => call("DELETE", at("answers", id));
export const putCanned = (name, text) => call("PUT", at("canned", name), { text });
export const removeCanned = (name) => call("DELETE", at("canned", name));
