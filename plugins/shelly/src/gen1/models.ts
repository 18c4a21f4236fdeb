/** Product names by the type that Gen1 devices announce. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["SHSW-1", "Shelly 1"],
  ["SHSW-L", "Shelly 1L"],
  ["SHSW-PM", "Shelly 1PM"],
  ["SHSW-21", "Shelly 2"],
  ["SHSW-25", "Shelly 2.5"],
  ["SHSW-44", "Shelly 4Pro"],
  ["SHPLG-1", "Shelly Plug"],
  ["SHPLG2-1", "Shelly Plug E"],
  ["SHPLG-S", "Shelly Plug S"],
  ["SHPLG-U1", "Shelly Plug US"],
  ["SHEM", "Shelly EM"],
  ["SHEM-3", "Shelly 3EM"],
  ["SHAIR-1", "Shelly Air"],
  ["SHUNI-1", "Shelly Uni"],
  ["SHDM-1", "Shelly Dimmer"],
  ["SHDM-2", "Shelly Dimmer 2"],
  ["SHRGBW2", "Shelly RGBW2"],
  ["SHBDUO-1", "Shelly Duo"],
  ["SHHT-1", "Shelly H&T"],
]);

/** Models without a metering chip: the power that they report is a number which a person typed in. */
const UNMETERED = new Set(["SHSW-1", "SHSW-L", "SHUNI-1"]);
const UNMETERED_ID = /^(?:shelly1|shelly1l|shellyuni)-/i;

/** The product name of a type; undefined when it is not known. */
export const productName = (model: string): string | undefined => NAMES.get(model);

/** Whether a device has no meter, by its type or, before it announced that, by its factory id. */
export function isUnmetered(model: string | undefined, id: string): boolean {
  return model === undefined ? UNMETERED_ID.test(id) : UNMETERED.has(model);
}

/** Whether the emeters of a device are the phases of one circuit, by its type or by its factory id. */
export function isThreePhase(model: string | undefined, id: string): boolean {
  return model === undefined ? /^shellyem3-/i.test(id) : model === "SHEM-3";
}
