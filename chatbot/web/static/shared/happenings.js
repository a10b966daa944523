// The server's events as they come; after a break, `again` tells that some may have been missed.

export class Happenings extends EventTarget {
  #opened = false;

  constructor(url, Source = EventSource) {
    super();
    this.source = new Source(url);
    this.source.addEventListener("open", () => {
      this.dispatchEvent(new Event(this.#opened ? "again" : "first"));
      this.#opened = true;
    });
    this.source.addEventListener("error", () => this.dispatchEvent(new Event("broken")));
    this.source.addEventListener("message", (event) => {
      const happening = JSON.parse(event.data);
      this.dispatchEvent(new CustomEvent(happening.kind, { detail: happening }));
    });
  }

  /** Whether nothing can come any more: the browser does not try again where the server refused. */
  get ended() {
    return this.source.readyState === 2;
  }

  close() {
    this.source.close();
  }
}
