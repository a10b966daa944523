// Below a reply: the answer that is in use because of it, with ways to tell this visitor too and to take it back.

import { html, nothing } from "../shared/lit.js";

export function inUseView(message, inbox) {
  const { answer } = message;
  const { acts, opened } = inbox;
  const { case: one, messages } = opened.whole;
  const send = () => acts.send(answer.response, opened.id, "Sent to the visitor: you hold this chat.");
  return html`<div class="told in-use">
    <p><strong>In use from now on</strong> for “${answer.query}” and questions alike.</p>
    ${answer.response.trim() === message.content.trim() ? nothing : html`<blockquote class="words">${answer.response}</blockquote>`}
    <div class="row">
      ${one.status !== "done" && owed(message, messages) ? html`<button class="main" @click=${send}>Send it to this visitor too</button>` : nothing}
      <button @click=${() => acts.withdraw(answer, "Withdrawn: it is not used any more.")}>Stop using it</button>
    </div>
  </div>`;
}

/** Whether the visitor has not been told the answer that is in use because of a reply. */
export function owed({ id, answer }, messages) {
  const since = messages.slice(messages.findIndex((message) => message.id === id));
  return !since.some(({ role, content }) => role !== "user" && content.trim() === answer.response.trim());
}
