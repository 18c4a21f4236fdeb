import type { Language } from "@vatio/model";
import type { SetupAnswers } from "../../data/api.js";
import { proposeRegion, REGIONS, type Region } from "../../i18n/regions.js";

/** Steps of set-up, one question each. */
export const SETUP_STEPS = ["account", "place", "supply", "devices"] as const;
export type SetupStep = (typeof SETUP_STEPS)[number];

/** The answers as the fields hold them. */
export interface SetupDraft extends Omit<SetupAnswers, "nominalVoltage"> {
  /** As typed. */
  readonly nominalVoltage: string;
}

export type SetupField = keyof SetupDraft;

/** Characters that a password needs at least; the hub checks more. */
export const PASSWORD_LEAST = 8;

/** What the browser suggests; a person corrects it. */
export function proposeAnswers(browser: { readonly languages: readonly string[]; readonly zone: string; readonly language: Language; readonly code: string; readonly siteName: string }): SetupDraft {
  const region = proposeRegion(browser.languages, browser.zone);
  return { code: browser.code, name: "", password: "", language: browser.language, siteName: browser.siteName, ...placeOf(region, browser.zone), phases: 1 };
}

/** What follows from a country: its money, its voltage, its zone unless the browser is in another one of it. */
export function placeOf(region: Region, zone: string): Pick<SetupDraft, "region" | "zone" | "currency" | "nominalVoltage"> {
  const suits = proposeRegion([], zone).tag === region.tag;
  return { region: region.tag, zone: suits ? zone : region.zone, currency: region.currency, nominalVoltage: String(region.voltage) };
}

/** The region of a tag. */
export const regionOf = (tag: string): Region | undefined => REGIONS.find((region) => region.tag === tag);

/** The fields of a step that are missing or wrong. */
export function problemsOf(step: SetupStep, draft: SetupDraft): SetupField[] {
  const empty = (fields: readonly SetupField[]): SetupField[] => fields.filter((field) => String(draft[field]).trim() === "");
  switch (step) {
    case "account":
      return [...empty(["code", "name"]), ...(draft.password.length < PASSWORD_LEAST ? (["password"] as const) : [])];
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

/** The answers as the hub takes them. */
export const answersOf = (draft: SetupDraft): SetupAnswers => ({
  ...draft,
  code: draft.code.trim(),
  name: draft.name.trim(),
  siteName: draft.siteName.trim(),
  nominalVoltage: voltageOf(draft.nominalVoltage),
});

/** The step to which an error of the hub belongs. */
export const stepOfError = (code: string): SetupStep => (code === "E_SETUP_CODE" || code === "E_PASSWORD_WEAK" ? "account" : "supply");
