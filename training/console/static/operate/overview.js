// How the bot is doing.

import { Tab } from "./tab.js";

class Overview extends Tab {}

customElements.define("operate-overview", Overview);
