import type { Language } from "@vatio/model";
import { html, type TemplateResult } from "lit";
import { selectField, textField } from "../../controls/field.js";
import { icon } from "../../controls/icons/icon.js";
import { passwordField } from "../../controls/password-field.js";
import { i18n, t } from "../../i18n/i18n.js";
import { REGIONS } from "../../i18n/regions.js";
import { LANGUAGES } from "../login/gate.js";
import { formatSample } from "../settings/region-options.js";
import { placeOf, regionOf, type SetupDraft, type SetupField } from "./setup-answers.js";

/** What a step's form needs of the page. */
export interface SetupFormOptions {
  readonly draft: SetupDraft;
  readonly problems: Readonly<Partial<Record<SetupField, string>>>;
  readonly shown: boolean;
  readonly onShow: (shown: boolean) => void;
  readonly onChange: (change: Partial<SetupDraft>) => void;
  readonly onLanguage: (language: Language) => void;
}

/** The language, and the code that only somebody who started the hub can know. */
export function welcomeForm({ draft, problems, onChange, onLanguage }: SetupFormOptions): TemplateResult {
  return html`<fieldset class="field wide"><legend>${t("gate.language")}</legend><div class="setup-choice">${LANGUAGES.map(
    ({ code, name }) =>
      html`<label lang=${code}><input type="radio" name="language" value=${code} .checked=${i18n.language === code} @change=${() => onLanguage(code)} /><span>${name}</span></label>`,
  )}</div></fieldset>
    ${textField({ id: "code", label: t("setup.code"), value: draft.code, help: t("setup.codeHelp"), error: problems.code, mono: true, autocomplete: "one-time-code", placeholder: "ABCD-1234", required: true, maxlength: 40, onInput: (code) => onChange({ code }) })}`;
}

/** Where the code is found, for each way to run the hub. */
export function codeHelp(): TemplateResult {
  const ways = [
    [t("setup.code.terminal"), "npm start"],
    [t("setup.code.docker"), "docker compose logs vatio"],
    [t("setup.code.service"), "journalctl -u vatio"],
  ] as const;
  return html`<details class="gate-help"><summary>${icon("chevron-down")}${t("setup.code.where")}</summary>
    <dl class="pairs">${ways.map(([where, command]) => html`<dt>${where}</dt><dd><code>${command}</code></dd>`)}</dl></details>`;
}

/** Who looks after this hub. */
export function accountForm({ draft, problems, shown, onShow, onChange }: SetupFormOptions): TemplateResult {
  return html`${textField({ id: "username", label: t("setup.name"), value: draft.name, help: t("setup.nameHelp"), error: problems.name, autocomplete: "username", required: true, maxlength: 100, onInput: (name) => onChange({ name }) })}
    ${passwordField({ id: "new-password", label: t("setup.password"), value: draft.password, help: t("setup.passwordHelp"), error: problems.password, autocomplete: "new-password", required: true, maxlength: 1024, shown, onShow, onInput: (password) => onChange({ password }) })}`;
}

/** Where it stands. */
export function placeForm({ draft, problems, onChange }: SetupFormOptions): TemplateResult {
  const zones = listOf(() => Intl.supportedValuesOf("timeZone"), draft.zone);
  const currencies = listOf(() => Intl.supportedValuesOf("currency"), draft.currency);
  return html`${textField({ id: "site", label: t("setup.site"), value: draft.siteName, error: problems.siteName, required: true, maxlength: 100, onInput: (siteName) => onChange({ siteName }) })}
    ${selectField({ id: "region", label: t("setup.country"), value: draft.region, options: countries(), onChange: (tag) => onChange(movedTo(tag, draft)) })}
    ${selectField({ id: "zone", label: t("setup.zone"), value: draft.zone, help: t("setup.zoneHelp", { time: timeIn(draft.zone) }), error: problems.zone, options: zones.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") })), onChange: (zone) => onChange({ zone }) })}
    ${selectField({ id: "currency", label: t("setup.currency"), value: draft.currency, error: problems.currency, options: currencies.map((code) => ({ value: code, label: `${currencyName(code)} (${code})` })), onChange: (currency) => onChange({ currency }) })}
    ${selectField({ id: "format", label: t("account.region"), value: draft.format ?? draft.region, help: formatSample({ language: i18n.language, region: draft.format ?? draft.region }), options: countries(), onChange: (format) => onChange({ format }) })}`;
}

/** How it is fed. */
export function supplyForm({ draft, problems, onChange }: SetupFormOptions): TemplateResult {
  const choices = [
    { phases: 1, name: t("site.phase1"), help: t("setup.phase1Help") },
    { phases: 3, name: t("site.phase3"), help: t("setup.phase3Help") },
  ] as const;
  return html`<fieldset class="field wide"><legend>${t("site.phases")}</legend><div class="setup-choice">${choices.map(
    ({ phases, name, help }) =>
      html`<label><input type="radio" name="phases" value=${phases} .checked=${draft.phases === phases} @change=${() => onChange({ phases })} /><span>${name}<small>${help}</small></span></label>`,
  )}</div></fieldset>
    ${textField({ id: "voltage", label: t("site.voltage"), value: draft.nominalVoltage, unit: "V", inputmode: "decimal", required: true, maxlength: 8, help: t("setup.voltageHelp"), error: problems.nominalVoltage, onInput: (nominalVoltage) => onChange({ nominalVoltage }) })}`;
}

/** A name of the country in the reader's language. */
export const countryName = (tag: string): string => displayName("region", tag.slice(tag.lastIndexOf("-") + 1));

/** A name of the money in the reader's language. */
export const currencyName = (code: string): string => displayName("currency", code);

function displayName(type: "region" | "currency", code: string): string {
  try {
    const name = new Intl.DisplayNames(i18n.language, { type }).of(code) ?? code;
    return name.charAt(0).toLocaleUpperCase(i18n.language) + name.slice(1);
  } catch {
    return code;
  }
}

const countries = (): { value: string; label: string }[] =>
  REGIONS.map(({ tag }) => ({ value: tag, label: countryName(tag) })).sort((a, b) =>
    a.label.localeCompare(b.label, i18n.language),
  );

function movedTo(tag: string, draft: SetupDraft): Partial<SetupDraft> {
  const region = regionOf(tag);
  return region ? placeOf(region, draft.zone) : { region: tag };
}

/** What the browser knows, and what is chosen already in any case. */
function listOf(known: () => readonly string[], chosen: string): readonly string[] {
  try {
    const all = known();
    return all.includes(chosen) ? all : [chosen, ...all];
  } catch {
    return [chosen];
  }
}

/** The time of day in a zone. */
export function timeIn(zone: string): string {
  const { hour12 = false } = i18n.options;
  return new Intl.DateTimeFormat(i18n.options.region, {
    hour: "numeric",
    minute: "2-digit",
    hour12,
    timeZone: zone,
  }).format(new Date());
}
