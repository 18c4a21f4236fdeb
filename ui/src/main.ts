import "./theme/document.css";
import "./shell/app.js";
