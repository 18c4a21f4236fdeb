/** Models without a metering chip: the power that they report is a number which a person typed in. */
const UNMETERED = new Set(["SHSW-1", "SHSW-L", "SHUNI-1"]);
const UNMETERED_ID = /^(?:shelly1|shelly1l|shellyuni)-/i;

/** Whether a device has no meter, by its type or, before it announced that, by its factory id. */
export function isUnmetered(model: string | undefined, id: string): boolean {
  return model === undefined ? UNMETERED_ID.test(id) : UNMETERED.has(model);
}

/** Whether the emeters of a device are the phases of one circuit, by its type or by its factory id. */
export function isThreePhase(model: string | undefined, id: string): boolean {
  return model === undefined ? /^shellyem3-/i.test(id) : model === "SHEM-3";
}

/** Lamps that say `color` or `white` on their topics, by the mode that they are in. */
const MODED = new Set(["SHRGBW2", "SHBLB-1", "SHCB-1"]);
const MODED_ID = /^shelly(?:rgbw2|bulb|colorbulb)-/i;

/** What a lamp may call its outputs on its topics. */
export const LIGHT_WORDS = ["light", "color", "white"] as const;

/** What a lamp calls its outputs on its topics. */
export type LightWord = (typeof LIGHT_WORDS)[number];

/** What the outputs of a lamp are called on its topics in a mode (`mode` of its status), by its type or by its factory id. */
export function lightWord({ model, id, mode }: { model: string | undefined; id: string; mode?: unknown }): LightWord {
  const moded = model === undefined ? MODED_ID.test(id) : MODED.has(model);
  if (!moded) return "light";
  return mode === "white" ? "white" : "color";
}
