import { describe, expect, it } from "vitest";
import { rowsOf } from "./support/markdown.js";
import { readText, shippedSources } from "./support/repository.js";
import { type CodeFacts, errorCodes } from "./support/source-facts.js";

type Again = "yes" | "no" | "sometimes";

const documented = new Map(
  rowsOf(readText("docs/errors.md"))
    .filter(([code = ""]) => code.startsWith("`E_"))
    .map(([code = "", meaning = "", todo = "", again = ""]) => [code.replaceAll("`", ""), { meaning, todo, again }]),
);
const server = errorCodes(shippedSources("core", "plugins"));
const browser = errorCodes(shippedSources("ui/src").filter((file) => !file.endsWith("/api-types.ts")));

/** What the page may say, given what the source shows. */
function possible({ retryable, open }: CodeFacts): readonly Again[] {
  const [yes, no] = [retryable.includes(true), retryable.includes(false)];
  if (yes && no) return ["sometimes"];
  if (yes) return open ? ["yes", "sometimes"] : ["yes"];
  if (no) return open ? ["no", "sometimes"] : ["no"];
  return ["yes", "no", "sometimes"];
}

describe("docs/errors.md", () => {
  it("describes every code that the code knows", () => {
    expect([...server.keys(), ...browser.keys()].filter((code) => !documented.has(code))).toEqual([]);
  });

  it("describes no code that is gone", () => {
    expect([...documented.keys()].filter((code) => !server.has(code) && !browser.has(code))).toEqual([]);
  });

  it("describes each code once, with a meaning and what to do", () => {
    const rows = rowsOf(readText("docs/errors.md")).filter(([code = ""]) => code.startsWith("`E_"));
    expect(rows).toHaveLength(documented.size);
    expect([...documented].filter(([, { meaning, todo }]) => meaning.length < 10 || todo.length < 5)).toEqual([]);
  });

  it("says of each code whether to try again, as the source does", () => {
    const wrong = [...server].flatMap(([code, facts]) => {
      const said = documented.get(code)?.again ?? "";
      const allowed: readonly string[] = possible(facts);
      return allowed.includes(said) ? [] : [`${code} says "${said}", the source ${allowed.join(" or ")}`];
    });
    expect(wrong).toEqual([]);
  });

  it("is compared with a source that was read", () => {
    expect(server.size).toBeGreaterThan(100);
    expect(server.get("E_STORE_BUSY")?.retryable).toEqual([true]);
    expect(server.get("E_PORT_BUSY")?.retryable).toEqual([false]);
  });
});
