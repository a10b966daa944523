// What people ask and do not get answered.

import { Tab } from "./tab.js";

class Gaps extends Tab {}

customElements.define("operate-gaps", Gaps);
