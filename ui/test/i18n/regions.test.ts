import { isZone } from "@vatio/model";
import { describe, expect, it } from "vitest";
import { usesHour12 } from "../../src/i18n/hour12.js";
import { languageOf, proposeRegion, REGIONS } from "../../src/i18n/regions.js";

describe("REGIONS", () => {
  it.each(REGIONS)("$tag is known to the runtime", ({ tag, zone, currency }) => {
    expect(isZone(zone)).toBe(true);
    expect(Intl.NumberFormat.supportedLocalesOf([tag])).toEqual([tag]);
    expect(Intl.supportedValuesOf("currency")).toContain(currency);
  });
});

describe("proposeRegion", () => {
  it.each([
    [["en-US"], "America/Mexico_City", "es-MX"],
    [["es"], "America/Tijuana", "es-MX"],
    [["es-ES"], "America/Argentina/Cordoba", "es-AR"],
    [["en-US"], "America/Chicago", "en-US"],
    [["es-CO"], "Etc/UTC", "es-CO"],
    [["es-419"], "Etc/UTC", "es-MX"],
    [["ja-JP"], "Asia/Tokyo", "en-US"],
    [[], "Nowhere/At_All", "en-US"],
  ])("of %j in %s is %s: where somebody lives counts more than the language of the machine", (languages, zone, tag) => {
    expect(proposeRegion(languages, zone).tag).toBe(tag);
  });
});

describe("languageOf", () => {
  it.each([
    [["es-419", "en"], "es"],
    [["fr-FR", "es-ES", "en"], "es"],
    [["fr-FR"], "en"],
    [["EN-gb"], "en"],
  ])("of %j is %s", (languages, language) => {
    expect(languageOf(languages)).toBe(language);
  });
});

describe("usesHour12", () => {
  it("is for English where people say so", () => {
    expect(usesHour12("en", "en-US")).toBe(true);
    expect(usesHour12("en", "en-GB")).toBe(false);
    expect(usesHour12("es", "es-MX")).toBe(false);
  });
});
