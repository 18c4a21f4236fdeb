import "./theme/document.js";
import { App } from "./shell/app.js";

customElements.define("vt-app", App);
