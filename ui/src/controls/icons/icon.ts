import spriteUrl from "virtual:icon-sprite";
import { html, type TemplateResult } from "lit";
import { type IconName, isIconName } from "./icon-names.js";

/** An icon of the sprite; decorative, so the words beside it must say the same. */
export const icon = (name: IconName, className = ""): TemplateResult =>
  html`<svg class="i ${className}" aria-hidden="true"><use href="${spriteUrl}#${name}"></use></svg>`;

/** The icon that a plugin or a point names freely, or another one when the sprite does not hold it. */
export const iconNamed = (name: string | undefined, fallback: IconName): TemplateResult =>
  icon(name !== undefined && isIconName(name) ? name : fallback);
