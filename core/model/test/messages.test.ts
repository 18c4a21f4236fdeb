import { describe, expect, it } from "vitest";
import { CORE_MESSAGES, fillMessage, LANGUAGES, MessageCatalogue, text } from "../src/index.js";

describe("messages", () => {
  it.each([
    ["en", { count: 1 }, "1 crash"],
    ["en", { count: 3 }, "3 crashes"],
    ["en", { count: 1234 }, "1,234 crashes"],
  ] as const)("chooses the plural in %s for %o", (language, params, expected) => {
    expect(fillMessage("{count|one=# crash;other=# crashes}", params, language)).toBe(expected);
  });

  it("takes an exact number before a plural form", () => {
    expect(fillMessage("{n|0=ninguno;one=uno;other=#}", { n: 0 }, "es")).toBe("ninguno");
  });

  it("has the Spanish form for millions", () => {
    expect(fillMessage("{n|one=# fallo;many=# de fallos;other=# fallos}", { n: 1_000_000 }, "es")).toMatch(
      /de fallos$/,
    );
  });

  it("shows what is missing instead of hiding it", () => {
    expect(fillMessage("Hello {name}", undefined, "en")).toBe("Hello {name}");
    expect(new MessageCatalogue().render(text("no.such.key"), "es")).toBe("no.such.key");
  });

  it("does not read a value as a pattern", () => {
    expect(fillMessage("{a}", { a: "{b} $& {n|one=x}" }, "en")).toBe("{b} $& {n|one=x}");
  });

  it("keeps the core's words when a plugin claims the same key", () => {
    const catalogue = new MessageCatalogue();
    catalogue.set("core", CORE_MESSAGES);
    catalogue.set("evil", { en: { "health.ok": "No" }, es: { "health.ok": "No" } });
    expect(catalogue.render(text("health.ok"), "en")).toBe("Works");
    expect(catalogue.messages("en")["health.ok"]).toBe("Works");
  });

  it("has the same keys and the same parameters in every language", () => {
    const names = (message: string) => [...message.matchAll(/\{(\w+)/g)].map((match) => match[1]).sort();
    for (const language of LANGUAGES) {
      expect(Object.keys(CORE_MESSAGES[language]).sort()).toEqual(Object.keys(CORE_MESSAGES.en).sort());
      for (const [key, message] of Object.entries(CORE_MESSAGES[language]))
        expect([key, names(message)]).toEqual([key, names(CORE_MESSAGES.en[key] ?? "")]);
    }
  });
});
