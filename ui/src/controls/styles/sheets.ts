import { type CSSResult, unsafeCSS } from "lit";
import base from "./base.css?inline";
import button from "./button.css?inline";
import feedback from "./feedback.css?inline";
import field from "./field.css?inline";
import layout from "./layout.css?inline";

/** The looks of the kit: one sheet that every element of Vatio and the document itself share. */
export const controlSheet: CSSResult = unsafeCSS([base, button, field, layout, feedback].join("\n"));
