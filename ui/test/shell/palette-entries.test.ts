import { describe, expect, it } from "vitest";
import { findEntries, type PaletteEntry } from "../../src/shell/palette-entries.js";

const entries: PaletteEntry[] = [
  "Ahora",
  "Equipos",
  "Iluminación taller",
  "Medidor del taller",
  "Ajustes: Sistema",
].map((name) => ({ name, href: "/", icon: "plug", kind: "" }));
const names = (text: string): string[] => findEntries(entries, text).map(({ name }) => name);

describe("findEntries", () => {
  it("finds without accents and case, in any order of words", () => {
    expect(names("ILUMINACION")).toEqual(["Iluminación taller"]);
    expect(names("taller medidor")).toEqual(["Medidor del taller"]);
    expect(names("xyz")).toEqual([]);
  });

  it("puts names that begin with the text first", () => {
    expect(names("me")[0]).toBe("Medidor del taller");
  });

  it("shows everything while nothing is typed", () => {
    expect(names("  ")).toHaveLength(5);
  });
});
