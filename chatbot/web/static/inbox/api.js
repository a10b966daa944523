// The inbox's calls, one function each; `chatbot/web/inbox/` answers them.

import { call, withQuery } from "../shared/calls.js";

const ROOT = "api";
const ofCase = (id, what = "") => `${ROOT}/cases/${encodeURIComponent(id)}${what && `/${what}`}`;
const ofMessage = (id, what) => `${ROOT}/messages/${encodeURIComponent(id)}/${what}`;

export const EVENTS = "events";
export const staff = () => call("GET", `${ROOT}/staff`);
export const choices = () => call("GET", `${ROOT}/choices`);
export const canned = () => call("GET", `${ROOT}/canned`);
export const cases = (filter, after, signal) => call("GET", withQuery(`${ROOT}/cases`, { ...filter, after }), undefined, signal);
export const one = (id, signal) => call("GET", ofCase(id), undefined, signal);
export const act = (id, what, body = {}) => call("POST", ofCase(id, what), body);
export const judge = (message, what, body = {}) => call("POST", ofMessage(message, what), body);
export const answers = () => call("GET", `${ROOT}/answers`);
export const withdraw = (id) => call("POST", `${ROOT}/answers/${encodeURIComponent(id)}/withdraw`, {});
export const putCanned = (name, text) => call("PUT", `${ROOT}/canned/${encodeURIComponent(name)}`, { text });
export const removeCanned = (name) => call("DELETE", `${ROOT}/canned/${encodeURIComponent(name)}`);
