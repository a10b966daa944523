// How the bot is doing: what to do next, the figures of a time beside those before, by day and by version.

import { html, nothing, svg } from "../shared/lit.js";
import "./bar-chart.js";
import { ENDINGS, chatsOf, valuesOf } from "./endings.js";
import "./line-chart.js";
import { change, count, duration, percent } from "./numbers.js";
import { daysOf, periods } from "./periods.js";
import { Tab, empty } from "./tab.js";

const STEPS = {
  fault: ["versions", "Versions"],
  waiting: ["../review/?status=waiting", "To the inbox"],
  run: ["training", "Training"],
  second: ["../review/?view=answers", "To the answers"],
  held: ["versions", "Versions"],
  missed: ["gaps", "Gaps"],
  disliked: ["../review/?status=open&reason=disliked", "To these chats"],
  learn: ["training", "Training"],
  begin: ["../", "Open the chat"],
};
const KINDS = ["run", "version", "case", "reply", "note", "again", "lost"];
const SOONEST_MS = 3000;
const PAUSE = 20; // times as long as reading took
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });

class Overview extends Tab {
  #timer = 0;
  #took = 0;

  connectedCallback() {
    super.connectedCallback();
    for (const kind of KINDS) this.console.happenings.addEventListener(kind, this.#later);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#timer = 0;
    for (const kind of KINDS) this.console.happenings.removeEventListener(kind, this.#later);
  }

  opened(parameters) {
    this.days = daysOf(parameters);
    return this.#read();
  }

  async #read() {
    const begun = performance.now();
    await this.read(() => this.console.get("overview", { days: this.days }));
    this.#took = performance.now() - begun;
  }

  /** Something happened; of many things in a row one reading tells. */
  #later = () => {
    this.#timer ||= setTimeout(() => {
      this.#timer = 0;
      this.#read();
    }, Math.max(SOONEST_MS, PAUSE * this.#took));
  };

  drawn() {
    const { now, before, by_day, by_version, steps } = this.data;
    return html`
      ${steps.length ? this.#steps(steps) : nothing}
      <section class="section" aria-labelledby="went">
        <div class="title-line"><h2 id="went">How conversations went</h2>${periods(this.console, "overview", this.days)}</div>
        ${now.conversations ? this.#figures(now, before, by_day[0].day) : empty(`No conversation in the last ${this.days} days`, "As soon as people write to the bot, their conversations are counted here.")}
      </section>
      ${now.conversations ? this.#trends(by_day, now) : nothing}
      ${by_version.length ? this.#versions(by_version) : nothing}
    `;
  }

  #steps(steps) {
    return html`<section class="section" aria-labelledby="next">
      <div class="title-line"><h2 id="next">What to do next</h2></div>
      <ol class="card lines next">
        ${steps.map(({ kind, text }) => {
          const [href, words] = STEPS[kind];
          return html`<li>
            <span class="mark ${kind}" aria-hidden="true"></span><span class="grow">${text}</span>
            <a class="button" href=${href}>${words}</a>
          </li>`;
        })}
      </ol>
    </section>`;
  }

  #figures(now, before, begun) {
    const share = (tally, key) => (tally.conversations ? (tally.endings[key] ?? 0) / tally.conversations : null);
    const points = { told: (by) => `${Math.round(by * 100)} points` };
    const worse = { more: "worse", ...points };
    return html`
      <div class="figures-row">
        ${figure("Conversations", now.conversations.toLocaleString(), change(now.conversations, before.conversations, { more: "neither" }), "", chatsOf("", begun))}
        ${figure("Resolved", percent(now.resolved), change(now.resolved, before.resolved, points), `${count(now.endings.confirmed ?? 0, "confirmed", "confirmed")}, ${(now.endings.assumed ?? 0).toLocaleString()} assumed`)}
        ${figure("Went to a person", percent(share(now, "handed_off")), change(share(now, "handed_off"), share(before, "handed_off"), worse), "", chatsOf("handed_off", begun))}
        ${figure("Unanswered", percent(share(now, "unanswered")), change(share(now, "unanswered"), share(before, "unanswered"), worse), "", chatsOf("unanswered", begun))}
        ${figure("Disliked", percent(share(now, "disliked")), change(share(now, "disliked"), share(before, "disliked"), worse), "", chatsOf("disliked", begun))}
        ${figure("First response", duration(now.first_ms), change(now.first_ms, before.first_ms, { more: "worse", told: duration }), "median")}
      </div>
      <p class="quiet small">Today and the ${this.days - 1} days before${before.conversations ? `; + and − against the ${this.days} days before these` : ""}. Each chat is counted once: one that went to a person is not counted as unanswered, though the bot may have had no answer.</p>
      <div class="card stack">
        <h3>What they came to</h3>
        ${shares(valuesOf(now))}
        <dl class="endings">
          ${ENDINGS.map(({ key, name, colour, words }) => html`<div class=${colour}><dt><span class="dot"></span>${name}</dt><dd>${counted(now.endings[key] ?? 0, name, chatsOf(key, begun))} <span class="quiet small">${words}</span></dd></div>`)}
        </dl>
      </div>
    `;
  }

  #trends(days, now) {
    const named = days.map((one) => day.format(new Date(`${one.day}T00:00Z`)));
    const bars = days.map(({ tally }, n) => ({ name: named[n], values: valuesOf(tally) }));
    const found = ENDINGS.filter((_, n) => bars.some(({ values }) => values[n]));
    const kept = found.map((one) => ENDINGS.indexOf(one));
    const told = (pick) => days.flatMap(({ tally }, x) => (pick(tally) === null ? [] : [{ x, y: pick(tally) }]));
    return html`<section class="section" aria-labelledby="by-day">
      <div class="title-line"><h2 id="by-day">By day</h2><span class="quiet small">days in UTC</span></div>
      <div class="card">
        <h3>Conversations</h3>
        <bar-chart label="Conversations by day" .series=${found} .bars=${bars.map(({ name, values }) => ({ name, values: kept.map((n) => values[n]) }))}></bar-chart>
      </div>
      <div class="two">
        ${line("Resolved", "Share of conversations that were resolved, by day", percent, named, { name: "resolved", colour: "c1", points: told(({ resolved }) => resolved) })}
        ${now.first_ms === null ? nothing : line("First response", "Median time until the first reply, by day", duration, named, { name: "median", colour: "c2", points: told(({ first_ms }) => first_ms) })}
      </div>
    </section>`;
  }

  #versions(versions) {
    return html`<section class="section" aria-labelledby="by-version">
      <div class="title-line"><h2 id="by-version">By version</h2></div>
      <div class="card">
        <div class="wide"><table>
          <thead>
            <tr><th scope="col">Version</th><th scope="col" class="number">Conversations</th><th scope="col" class="number">Resolved</th><th scope="col" class="number">Unanswered</th><th scope="col" class="number">Disliked</th><th scope="col" class="number">First response</th><th scope="col">What they came to</th></tr>
          </thead>
          <tbody>
            ${versions.map(
              ({ version, title, answers, tally }) => html`<tr>
                <th scope="row"><a href="versions?version=${encodeURIComponent(version)}" title=${version}>${title}</a> ${answers ? html`<span class="badge new">answers now</span>` : nothing}</th>
                <td class="number">${tally.conversations.toLocaleString()}</td>
                <td class="number">${percent(tally.resolved)}</td>
                <td class="number">${percent((tally.endings.unanswered ?? 0) / tally.conversations)}</td>
                <td class="number">${percent((tally.endings.disliked ?? 0) / tally.conversations)}</td>
                <td class="number">${duration(tally.first_ms)}</td>
                <td class="bar">${shares(valuesOf(tally))}</td>
              </tr>`,
            )}
          </tbody>
        </table></div>
      </div>
    </section>`;
  }
}

/** A figure; `href` is where the chats stand that it counts. */
function figure(name, value, changed, more = "", href = "") {
  const inside = html`
    <span>${name}</span><b>${value}</b>
    ${changed ? html`<small class=${changed.tone}>${changed.words}</small>` : nothing}
    ${more ? html`<small>${more}</small>` : nothing}
  `;
  return href ? html`<a class="figure" href=${href} title="To these chats">${inside}</a>` : html`<div class="figure">${inside}</div>`;
}

/** A number of chats that leads to them. */
function counted(number, name, href) {
  const told = html`<b class="figures">${number.toLocaleString()}</b>`;
  return number ? html`<a href=${href} aria-label="${name}: ${number.toLocaleString()}, to these chats">${told}</a>` : told;
}

/** A line by day, once there are two days to draw it through. */
function line(title, label, format, named, series) {
  if (series.points.length < 2) return nothing;
  return html`<div class="card">
    <h3>${title}</h3>
    <line-chart label=${label} zero height="170" .named=${(x) => named[x]} .format=${format} .series=${[series]}></line-chart>
  </div>`;
}

/** Shares of a whole as one bar; the words stand beside it. */
function shares(values) {
  const whole = values.reduce((one, other) => one + other, 0) || 1;
  let from = 0;
  return html`<svg class="share" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
    ${values.map((value, n) => {
      const left = from;
      from += (value / whole) * 100;
      return value ? svg`<g class=${ENDINGS[n].colour}><rect x=${left} y="0" width=${from - left} height="1"></rect></g>` : nothing;
    })}
  </svg>`;
}

customElements.define("operate-overview", Overview);
