import { nothing } from "lit";
import { Directive, directive, type ElementPart, type PartInfo, PartType } from "lit/directive.js";

/** Custom properties by name; undefined takes one away. */
export type CssVars = Readonly<Record<`--${string}`, string | number | undefined>>;

class CssVarsDirective extends Directive {
  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new TypeError("cssVars stands in a tag, beside its attributes.");
  }

  render(_vars: CssVars): typeof nothing {
    return nothing;
  }

  override update({ element }: ElementPart, [vars]: [CssVars]): typeof nothing {
    const { style } = element as HTMLElement;
    for (const [name, value] of Object.entries(vars)) {
      if (value === undefined) style.removeProperty(name);
      else style.setProperty(name, String(value));
    }
    return nothing;
  }
}

/**
 * Sets custom properties through the CSSOM, which a content security policy without inline styles allows, unlike an
 * attribute `style`, also where Lit writes it.
 * @example html`<i ${cssVars({ "--share": 0.4 })}></i>`
 */
export const cssVars = directive(CssVarsDirective);
