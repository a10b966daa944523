// <opening-hours>: when colleagues answer, day by day; outside these hours the bot asks for an address instead.

import { Element } from "../shared/element.js";
import { icon } from "../shared/icons.js";
import { html, live, nothing } from "../shared/lit.js";
import { begunHours, DAYS, fieldsOf, nextSpan, spanOf, withClosed, withSpan } from "./hours.js";

const LIST = "time-zones";

class OpeningHours extends Element {
  static properties = { hours: { attribute: false }, onChanged: { attribute: false } };

  constructor() {
    super();
    this.hours = null;
    this.onChanged = () => {};
    this.before = null;
  }

  view() {
    const { hours } = this;
    return html`
      <label class="tick"><input type="checkbox" .checked=${live(hours !== null)} @change=${this.#toggle}>Colleagues answer at certain hours only</label>
      ${hours ? this.#fields(hours) : html`<p class="quiet small">Without hours, everybody who asks for a person is told that one comes.</p>`}
    `;
  }

  #fields(hours) {
    const set = (name, value) => this.onChanged({ ...hours, [name]: value });
    return html`
      <label class="field">Time zone<input list=${LIST} .value=${live(hours.timezone)} @input=${(event) => set("timezone", event.target.value)}></label>
      <datalist id=${LIST}>${Intl.supportedValuesOf("timeZone").map((zone) => html`<option value=${zone}></option>`)}</datalist>
      <ul class="hours">${DAYS.map((day) => this.#day(hours, day))}</ul>
      <fieldset class="closed"><legend>Closed on</legend>
        ${hours.closed.map((day, n) => html`<span class="badge">${day}<button class="plain" type="button" aria-label="Take out ${day}" @click=${() => set("closed", hours.closed.toSpliced(n, 1))}>${icon("close")}</button></span>`)}
        <label class="row">Holiday<input type="date" @change=${(event) => this.#close(event.target, set)}></label>
      </fieldset>
    `;
  }

  #day(hours, day) {
    const name = day[0].toUpperCase() + day.slice(1);
    const spans = hours[day];
    const put = (place, span) => this.onChanged(withSpan(hours, day, place, span));
    return html`<li>
      <span class="strong">${name}</span>
      <div class="row">
        ${spans.map((span, place) => {
          const fields = fieldsOf(span);
          const field = (part, words) => html`<input type="time" aria-label="${name} ${words}" .value=${live(fields[part])} @change=${(event) => put(place, spanOf({ ...fields, [part]: event.target.value }))}>`;
          return html`<span class="span">${field("from", "from")}–${field("to", "to")}<button class="plain" type="button" aria-label="Take these hours of ${name} out" @click=${() => put(place, null)}>${icon("close")}</button></span>`;
        })}
        ${spans.length ? nothing : html`<span class="quiet">closed</span>`}
        <button class="plain" type="button" aria-label="More hours on ${name}" @click=${() => put(spans.length, nextSpan(spans))}>+</button>
      </div>
    </li>`;
  }

  #toggle = (event) => {
    if (!event.target.checked) this.before = this.hours;
    this.onChanged(event.target.checked ? (this.before ?? begunHours(Intl.DateTimeFormat().resolvedOptions().timeZone)) : null);
  };

  #close(field, set) {
    if (!field.value) return;
    set("closed", withClosed(this.hours.closed, field.value));
    field.value = "";
  }
}

customElements.define("opening-hours", OpeningHours);
