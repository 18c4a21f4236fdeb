import "./theme/document.css";
import { App } from "./shell/app.js";

customElements.define("vt-app", App);
