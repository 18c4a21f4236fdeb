import type { Language } from "@vatio/model";
import type { SetupAnswers } from "../../data/api.js";
import { formatTag, proposeRegion, REGIONS, type Region } from "../../i18n/regions.js";

/** Steps of set-up, one question each. */
export const SETUP_STEPS = ["welcome", "account", "place", "supply", "devices"] as const;
export type SetupStep = (typeof SETUP_STEPS)[number];

/** The answers as the fields hold them. */
export interface SetupDraft extends Omit<SetupAnswers, "nominalVoltage"> {
  /** As typed. */
  readonly nominalVoltage: string;
  /** Region by whose ways numbers and dates are written; that of the country when left out. */
  readonly format?: string;
}

export type SetupField = keyof SetupDraft;

/** Characters that a password needs at least; the hub checks more. */
export const PASSWORD_LEAST = 8;

/** What the browser suggests; a person corrects it. */
export function proposeAnswers(browser: {
  readonly languages: readonly string[];
  readonly zone: string;
  readonly language: Language;
  readonly code: string;
  readonly siteName: string;
}): SetupDraft {
  const region = proposeRegion(browser.languages, browser.zone);
  return {
    code: browser.code,
    name: "",
    password: "",
    language: browser.language,
    siteName: browser.siteName,
    ...placeOf(region, browser.zone),
    phases: 1,
  };
}

/** What follows from a country: its money, its voltage, its zone unless the browser is in another one of it. */
export function placeOf(
  region: Region,
  zone: string,
): Pick<SetupDraft, "region" | "zone" | "currency" | "nominalVoltage"> {
  const suits = proposeRegion([], zone).tag === region.tag;
  return {
    region: region.tag,
    zone: suits ? zone : region.zone,
    currency: region.currency,
    nominalVoltage: String(region.voltage),
  };
}

/** The region of a tag. */
export const regionOf = (tag: string): Region | undefined => REGIONS.find((region) => region.tag === tag);

/** The fields of a step that are missing or wrong. */
export function problemsOf(step: SetupStep, draft: SetupDraft): SetupField[] {
  const empty = (fields: readonly SetupField[]): SetupField[] =>
    fields.filter((field) => String(draft[field]).trim() === "");
  switch (step) {
    case "welcome":
      return empty(["code"]);
    case "account":
      return [...empty(["name"]), ...([...draft.password].length < PASSWORD_LEAST ? (["password"] as const) : [])];
    case "place":
      return empty(["siteName", "zone", "currency"]);
    case "supply":
      return isVoltage(draft.nominalVoltage) ? [] : ["nominalVoltage"];
    case "devices":
      return [];
  }
}

const voltageOf = (text: string): number => Number(text.trim().replace(",", "."));
const isVoltage = (text: string): boolean => voltageOf(text) >= 50 && voltageOf(text) <= 1_000;

/** The step that a person may see: the wanted one, or an earlier one that is not answered yet. */
export function reachableStep(wanted: SetupStep, draft: SetupDraft): SetupStep {
  const before = SETUP_STEPS.slice(0, SETUP_STEPS.indexOf(wanted));
  return before.find((step) => problemsOf(step, draft).length > 0) ?? wanted;
}

/** The step that an address names; the first one when it names none. */
export const stepNamed = (name: string | null): SetupStep => SETUP_STEPS.find((step) => step === name) ?? "welcome";

/** The answers as the hub takes them. */
export const answersOf = ({ format, ...draft }: SetupDraft): SetupAnswers => ({
  ...draft,
  code: draft.code.trim(),
  name: draft.name.trim(),
  region: formatTag(draft.language, format ?? draft.region),
  siteName: draft.siteName.trim(),
  nominalVoltage: voltageOf(draft.nominalVoltage),
});

/** The field whose answer an error of the hub refuses; undefined when it refuses them all. */
export function fieldOfError(code: string): SetupField | undefined {
  if (code === "E_SETUP_CODE") return "code";
  return code === "E_PASSWORD_WEAK" ? "password" : undefined;
}

/** The step that asks for a field. */
export const stepOfField = (field: SetupField): SetupStep => (field === "code" ? "welcome" : "account");
