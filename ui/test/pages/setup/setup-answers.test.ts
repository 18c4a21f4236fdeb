import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatTag, REGIONS } from "../../../src/i18n/regions.js";
import {
  answersOf,
  fieldOfError,
  placeOf,
  problemsOf,
  proposeAnswers,
  reachableStep,
  SETUP_STEPS,
  type SetupDraft,
  stepNamed,
  stepOfField,
} from "../../../src/pages/setup/setup-answers.js";

const proposed = (zone: string, languages: readonly string[] = ["es-MX"]): SetupDraft =>
  proposeAnswers({ languages, zone, language: "es", code: "", siteName: "Mi casa" });
const answered: SetupDraft = {
  ...proposed("America/Mexico_City"),
  code: "ABCD-1234",
  name: "ana",
  password: "una frase larga",
};

describe("what the browser suggests", () => {
  test.each([
    ["America/Mexico_City", "es-MX", "MXN", "127"],
    ["America/Tijuana", "es-MX", "MXN", "127"],
    ["America/Argentina/Cordoba", "es-AR", "ARS", "220"],
    ["Europe/Madrid", "es-ES", "EUR", "230"],
    ["America/Chicago", "en-US", "USD", "120"],
  ])("%s", (zone, region, currency, nominalVoltage) => {
    expect(proposed(zone)).toMatchObject({ region, currency, nominalVoltage, zone });
  });

  test("another country brings its own zone", () => {
    const spain = REGIONS.find(({ tag }) => tag === "es-ES");
    expect(spain && placeOf(spain, "America/Mexico_City").zone).toBe("Europe/Madrid");
    expect(spain && placeOf(spain, "Atlantic/Canary").zone).toBe("Atlantic/Canary");
  });
});

describe("what is missing", () => {
  test.each([
    ["welcome", { code: " " }, ["code"]],
    ["account", { name: "", password: "" }, ["name", "password"]],
    ["account", { password: "1234567" }, ["password"]],
    // Seven characters to a reader, fourteen units to JavaScript.
    ["account", { password: "🔑🔑🔑🔑🔑🔑🔑" }, ["password"]],
    ["account", { password: "12345678" }, []],
    ["place", { siteName: "" }, ["siteName"]],
    ["supply", { nominalVoltage: "" }, ["nominalVoltage"]],
    ["supply", { nominalVoltage: "49" }, ["nominalVoltage"]],
    ["supply", { nominalVoltage: "1001" }, ["nominalVoltage"]],
    ["supply", { nominalVoltage: "about 127" }, ["nominalVoltage"]],
    ["supply", { nominalVoltage: "127,5" }, []],
  ] as const)("in %s with %j", (step, change, problems) => {
    expect(problemsOf(step, { ...answered, ...change })).toEqual(problems);
  });
});

describe("the step of an address", () => {
  test.each([
    ["supply", answered, "supply"],
    ["supply", { ...answered, password: "" }, "account"],
    ["place", { ...answered, code: "" }, "welcome"],
    ["account", { ...answered, nominalVoltage: "" }, "account"],
  ] as const)("%s is shown or an earlier one without an answer", (wanted, draft, step) => {
    expect(reachableStep(wanted, draft)).toBe(step);
  });

  test("no step before the shown one has problems", () => {
    const drafts = fc.record({
      code: fc.string(),
      name: fc.string(),
      password: fc.string(),
      nominalVoltage: fc.string(),
    });
    fc.assert(
      fc.property(fc.constantFrom(...SETUP_STEPS), drafts, (wanted, change) => {
        const draft = { ...answered, ...change };
        const shown = SETUP_STEPS.indexOf(reachableStep(wanted, draft));
        expect(shown).toBeLessThanOrEqual(SETUP_STEPS.indexOf(wanted));
        expect(SETUP_STEPS.slice(0, shown).flatMap((step) => problemsOf(step, draft))).toEqual([]);
      }),
    );
  });

  test("an unknown name is the first step", () => {
    expect(stepNamed("place")).toBe("place");
    expect(stepNamed("constructor")).toBe("welcome");
    expect(stepNamed(null)).toBe("welcome");
  });
});

test("answers are trimmed, the voltage is a number, and the region speaks the chosen language", () => {
  const draft: SetupDraft = {
    ...answered,
    code: " abcd-1234 ",
    name: " ana ",
    siteName: " Taller ",
    nominalVoltage: "127,5",
    language: "en",
  };
  expect(answersOf(draft)).toMatchObject({
    code: "abcd-1234",
    name: "ana",
    siteName: "Taller",
    nominalVoltage: 127.5,
    region: "en-MX",
  });
});

test("numbers and dates may be written in another way than that of the country", () => {
  expect(answersOf({ ...answered, language: "en", format: "en-US" })).toMatchObject({
    language: "en",
    region: "en-US",
  });
  expect(answersOf({ ...answered, language: "en" })).toMatchObject({ language: "en", region: "en-MX" });
  expect(answersOf({ ...answered, format: "es-ES" })).not.toHaveProperty("format");
});

test("every tag is one that the platform formats with, in words of its language", () => {
  for (const { tag } of REGIONS) {
    for (const language of ["es", "en"] as const) {
      const { locale } = new Intl.DateTimeFormat(formatTag(language, tag)).resolvedOptions();
      expect(locale.startsWith(language)).toBe(true);
    }
  }
});

test("a refusal leads to the field that caused it", () => {
  expect(fieldOfError("E_SETUP_CODE")).toBe("code");
  expect(fieldOfError("E_PASSWORD_WEAK")).toBe("password");
  expect(fieldOfError("E_RATE_LIMITED")).toBeUndefined();
  expect(stepOfField("code")).toBe("welcome");
  expect(stepOfField("password")).toBe("account");
});
