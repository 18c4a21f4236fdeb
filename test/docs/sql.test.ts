import { createTestHub, TEST_PERSON, type TestHub } from "@vatio/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fencesOf, rowsOf } from "./support/markdown.js";
import { readText } from "./support/repository.js";

const page = readText("docs/api/sql.md");
const fences = fencesOf(page);
const codes = (info: string): readonly string[] =>
  fences.filter((fence) => fence.info.trim() === info).map(({ code }) => code);

let hub: TestHub;
let headers: Readonly<Record<string, string>>;
beforeAll(async () => {
  hub = await createTestHub();
  const { token, session } = await hub.parts.accounts.login(TEST_PERSON.name, TEST_PERSON.password, false, "127.0.0.1");
  headers = {
    cookie: `vatio_session=${token}`,
    "x-csrf-token": session.csrf,
    origin: hub.url,
    "content-type": "application/json",
  };
});
afterAll(() => hub[Symbol.asyncDispose]());

interface Answer {
  readonly columns?: readonly unknown[];
  readonly error?: { readonly code: string; readonly message: string };
}

async function ask(sql: string): Promise<Answer> {
  const response = await fetch(`${hub.url}/api/v1/sql`, { method: "POST", headers, body: JSON.stringify({ sql }) });
  return (await response.json()) as Answer;
}

describe("docs/api/sql.md", () => {
  it("has examples", () => {
    expect(codes("sql").length).toBeGreaterThan(6);
    expect(codes("sql refused").length).toBeGreaterThan(3);
  });

  it.each(codes("sql"))("can be run: %s", async (sql) => {
    const { columns, error } = await ask(sql);
    expect(error).toBeUndefined();
    expect(columns?.length).toBeGreaterThan(1);
  });

  it.each(codes("sql refused"))("is refused: %s", async (sql) => {
    expect((await ask(sql)).error?.code).toBe("E_SQL_REFUSED");
  });

  it("names every table", async () => {
    const response = await fetch(`${hub.url}/api/v1/sql/schema`, { headers });
    const { tables } = (await response.json()) as { readonly tables: readonly { readonly name: string }[] };
    const named = rowsOf(page)
      .map(([name = ""]) => name)
      .filter((name) => /^`\w+`$/.test(name));
    expect(named.sort()).toEqual(tables.map(({ name }) => `\`${name}\``).sort());
  });
});
