import { i18n } from "../i18n.js";

// Whoever imports this is evaluated when the words are there.
await i18n.need("usage");
