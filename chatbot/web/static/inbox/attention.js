// What calls an agent who looks elsewhere: the number in the tab's title, a sound, a notification of the browser.

const KEY = "inbox-attention";
const BASE = document.title;

export class Attention {
  constructor(storage = localStorage) {
    this.storage = storage;
    this.counted = null;
  }

  get on() {
    return this.storage.getItem(KEY) === "on";
  }

  /** Turn both on or off; browsers let a page ask only when somebody has just clicked. Returns words to show. */
  async toggle() {
    if (this.on) {
      this.storage.setItem(KEY, "off");
      return "Sound and notifications are off.";
    }
    const allowed = "Notification" in window ? await Notification.requestPermission() : "denied";
    this.storage.setItem(KEY, "on");
    this.sound();
    return allowed === "granted"
      ? "Sound and notifications are on, for when somebody waits or writes to you."
      : "Sound is on, for when somebody waits or writes to you. Notifications are turned off in this browser.";
  }

  /** Put the number into the title; returns whether it grew. */
  count(number) {
    document.title = number ? `(${number}) ${BASE}` : BASE;
    const grew = this.counted !== null && number > this.counted;
    this.counted = number;
    return grew;
  }

  /** Call, if that is wished and the page is not looked at. */
  call(words, onClick) {
    if (!this.on || (document.visibilityState === "visible" && document.hasFocus())) return;
    this.sound();
    if ("Notification" in window && Notification.permission === "granted") {
      const shown = new Notification(BASE, { body: words, tag: "inbox" });
      shown.addEventListener("click", () => {
        window.focus();
        onClick();
        shown.close();
      });
    }
  }

  sound() {
    const audio = new AudioContext();
    const volume = audio.createGain();
    volume.connect(audio.destination);
    volume.gain.setValueAtTime(0.12, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.5);
    for (const [tone, after] of [[660, 0], [880, 0.14]]) {
      const voice = audio.createOscillator();
      voice.frequency.value = tone;
      voice.connect(volume);
      voice.start(audio.currentTime + after);
      voice.stop(audio.currentTime + after + 0.3);
    }
    setTimeout(() => audio.close(), 1000);
  }
}
