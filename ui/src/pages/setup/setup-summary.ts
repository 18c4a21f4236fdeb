import { html, nothing, type TemplateResult } from "lit";
import { icon } from "../../controls/icons/icon.js";
import type { IconName } from "../../controls/icons/icon-names.js";
import { i18n, t } from "../../i18n/i18n.js";
import { LANGUAGES } from "../login/gate.js";
import { SETUP_STEPS, type SetupDraft, type SetupStep } from "./setup-answers.js";
import { countryName, currencyName, timeIn } from "./setup-forms.js";

const SAMPLE_NUMBER = 1234.5;

const languageName = (): string => LANGUAGES.find(({ code }) => code === i18n.language)?.name ?? i18n.language;
const supplyName = ({ phases }: SetupDraft): string => t(phases === 3 ? "site.phase3" : "site.phase1");

/** The steps, the present one, and in a few words what was answered. */
export function setupSteps(current: SetupStep, draft: SetupDraft | undefined): TemplateResult {
  const at = SETUP_STEPS.indexOf(current);
  return html`<ol class="setup-steps" aria-label=${t("setup.stepOf", { step: at + 1, steps: SETUP_STEPS.length })}>${SETUP_STEPS.map(
    (step, index) => {
      const done = index < at;
      const present = index === at;
      return html`<li class="${done ? "done" : ""} ${present ? "cur" : ""}" aria-current=${present ? "step" : nothing}><span class="setup-mark" aria-hidden="true">${done ? icon("check") : index + 1}</span><span class="st"><b>${t(`setup.step.${step}`)}</b>${done && draft ? html`<small>${answerOf(step, draft)}</small>` : nothing}</span></li>`;
    },
  )}</ol>`;
}

function answerOf(step: SetupStep, draft: SetupDraft): string {
  switch (step) {
    case "welcome":
      return languageName();
    case "account":
      return draft.name;
    case "place":
      return `${countryName(draft.region)}, ${draft.currency}`;
    case "supply":
      return `${supplyName(draft)}, ${draft.nominalVoltage} V`;
    case "devices":
      return "";
  }
}

/** What was answered so far, beside the form on wide screens. */
export function setupSummary(present: SetupStep, draft: SetupDraft | undefined): TemplateResult {
  return html`<aside class="setup-side" aria-label=${t("setup.soFar")}><span class="gate-brand"><span class="gate-mark">${icon("zap")}</span><span>Vatio</span></span>
    ${draft ? html`<h2>${t("setup.soFar")}</h2>${answers(present, draft)}` : nothing}</aside>`;
}

function answers(present: SetupStep, draft: SetupDraft): TemplateResult[] {
  const at = SETUP_STEPS.indexOf(present);
  const rows: readonly (readonly [from: SetupStep, icon: IconName, title: string, text: string])[] = [
    ["welcome", "languages", languageName(), i18n.format.number(SAMPLE_NUMBER, 2)],
    ["place", "user", draft.name, t("userRole.admin")],
    ["supply", "globe", countryName(draft.region), t("setup.clock", { time: timeIn(draft.zone) })],
    ["supply", "coins", currencyName(draft.currency), draft.currency],
    ["devices", "utility-pole", supplyName(draft), `${draft.nominalVoltage} V`],
  ];
  const told = rows.filter(([from]) => SETUP_STEPS.indexOf(from) <= at);
  return told.map(
    ([, name, title, text]) =>
      html`<div class="setup-sum">${icon(name)}<span><b>${title}</b><small>${text}</small></span></div>`,
  );
}
