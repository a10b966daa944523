// An answer that waits for a second look: what it would say, who asked whom, and what may be done with it.

import { html, nothing } from "../shared/lit.js";
import { inFull, moment } from "../shared/times.js";

/** `onDone` is called once it waits no more. */
export function proposalView(proposal, inbox, onDone = () => {}) {
  const { acts } = inbox;
  const confirm = async () => (await acts.confirm(proposal)) && onDone();
  const takeBack = async () => (await acts.withdraw(proposal, "It waits no more, and is not used.")) && onDone();
  return html`<div class="told warn proposal">
    <h3>Waits for a second look</h3>
    <dl class="stack">
      <div><dt class="small quiet">When somebody asks</dt><dd class="words">${proposal.query}</dd></div>
      <div><dt class="small quiet">the bot would say</dt><dd class="words">${proposal.response}</dd></div>
    </dl>
    <p class="small quiet">
      ${proposal.mine ? "You" : proposal.author} asked ${proposal.asked === inbox.me.name ? "you" : proposal.asked},
      <time datetime=${proposal.created_at} title=${inFull(proposal.created_at)}>${moment(proposal.created_at)}</time>.
      ${proposal.mine ? "Somebody else confirms it; nobody is answered with it before." : nothing}
    </p>
    <div class="row">
      ${proposal.mine ? nothing : html`<button class="main" @click=${confirm}>Use this answer</button>`}
      <button @click=${takeBack}>${proposal.mine ? "Take it back" : "Do not use it"}</button>
    </div>
  </div>`;
}
