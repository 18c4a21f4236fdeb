import { type CSSResult, unsafeCSS } from "lit";
import shell from "./shell.css?inline";

/** The frame around pages. */
export const shellSheet: CSSResult = unsafeCSS(shell);
