import { describe, expect, it } from "vitest";
import { I18n } from "../../src/i18n/i18n.js";

const fresh = (): I18n => new I18n({ language: "en", region: "en-US", zone: "UTC" });

describe("I18n", () => {
  it("fills messages in the plural of the language", async () => {
    const i18n = fresh();
    await i18n.use({ language: "es" });
    expect(i18n.t("devices.count", { n: 1 })).toBe("1 equipo");
    expect(i18n.t("devices.count", { n: 3 })).toBe("3 equipos");
    await i18n.use({ language: "en" });
    expect(i18n.t("devices.count", { n: 3 })).toBe("3 devices");
  });

  it("keeps both of two changes that cross", async () => {
    const i18n = fresh();
    await Promise.all([
      i18n.use({ language: "es", region: "es-MX", hour12: false }),
      i18n.use({ zone: "America/Mexico_City", currency: "MXN" }),
    ]);
    expect(i18n.options).toEqual({
      language: "es",
      region: "es-MX",
      hour12: false,
      zone: "America/Mexico_City",
      currency: "MXN",
    });
  });

  it("ends with the language that was wished last", async () => {
    const i18n = fresh();
    await Promise.all([i18n.use({ language: "es" }), i18n.use({ language: "en" }), i18n.use({ language: "es" })]);
    expect([i18n.language, i18n.t("nav.now")]).toEqual(["es", "Ahora"]);
  });

  it("shows words of the hub before its own, and the key when nobody knows it", async () => {
    const i18n = fresh();
    await i18n.use({});
    i18n.useHubMessages({ "metric.power_w": "Power", "rejected.out-of-range": "{metric} cannot be {value}" });
    expect(i18n.metric("power_w")).toBe("Power");
    expect(i18n.metric("moon_phase")).toBe("moon_phase");
    expect(i18n.text({ key: "rejected.out-of-range", params: { metric: "voltage_v", value: 9 } })).toBe(
      "voltage_v cannot be 9",
    );
    expect(i18n.text({ key: "no.such" })).toBe("no.such");
  });

  it("brings the words of an area in every language, and takes none away", async () => {
    const i18n = fresh();
    await i18n.use({});
    expect(i18n.t("usage.untracked")).toBe("usage.untracked");
    await i18n.need("usage");
    expect([i18n.t("usage.untracked"), i18n.t("nav.now")]).toEqual(["Untracked", "Now"]);
    await i18n.use({ language: "es" });
    expect([i18n.t("usage.untracked"), i18n.t("nav.now")]).toEqual(["Sin medir", "Ahora"]);
  });

  it("has both when an area and a language cross", async () => {
    const i18n = fresh();
    await Promise.all([i18n.use({ language: "es" }), i18n.need("usage")]);
    expect([i18n.t("usage.untracked"), i18n.t("nav.now")]).toEqual(["Sin medir", "Ahora"]);
  });

  it("tells when something changed", async () => {
    const i18n = fresh();
    let calls = 0;
    const end = i18n.subscribe(() => calls++);
    await i18n.use({ zone: "Europe/Madrid" });
    end();
    await i18n.use({ zone: "UTC" });
    expect(calls).toBe(1);
  });
});
