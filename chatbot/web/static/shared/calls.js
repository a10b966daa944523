// Calls to our own server: JSON in, JSON out, faults in words that a person can act on.

const OFFLINE = "The server cannot be reached. What you typed is kept: try again in a moment.";

export class CallError extends Error {
  constructor(message, status = 0, body = {}) {
    super(message);
    this.name = "CallError";
    this.status = status;
    this.body = body;
  }
}

/** Ask an address; returns what the server answers, throws `CallError` with words where it refuses. */
export async function call(method, url, body, signal) {
  const request = { method, signal, headers: { accept: "application/json" } };
  if (body !== undefined) {
    request.headers["content-type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(url, request);
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw new CallError(OFFLINE);
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new CallError(wordsOf(said, answer.status), answer.status, said);
  return said;
}

/** An address with those parameters that have a value. */
export function withQuery(path, parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value) query.set(name, value);
  return query.size ? `${path}?${query}` : path;
}

function wordsOf(said, status) {
  if (typeof said.detail === "string") return said.detail;
  if (Array.isArray(said.detail)) return said.detail.map((fault) => fault.msg).join("; ");
  if (said.error?.message) return said.error.message;
  return `The server refused this (${status}).`;
}
