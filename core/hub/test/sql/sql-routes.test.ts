import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../http/support/test-server.js";
import { addShelly, ROLES } from "../http/support/test-services.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await addShelly(server.services);
});
afterAll(() => server.close());

const ask = async (role: (typeof ROLES)[number], sql: string, more: object = {}) =>
  (await server.person(role)).api("POST", "/sql", { sql, ...more });

describe("POST /sql", () => {
  it("answers an administrator", async () => {
    const answer = await ask("admin", "SELECT name FROM points", { limit: 5 });
    expect(answer).toMatchObject({
      status: 200,
      body: { columns: [{ name: "name", type: "VARCHAR" }], rows: [["Boiler"]] },
    });
  });

  it("answers as CSV when asked", async () => {
    const admin = await server.person("admin");
    const response = await fetch(`${server.url}/api/v1/sql`, {
      method: "POST",
      headers: { ...admin.headers, accept: "text/csv", "content-type": "application/json" },
      body: JSON.stringify({ sql: "SELECT x, '=1+1' AS formula, 'a,b' AS \"c,d\" FROM range(3) t(x)", limit: 2 }),
    });
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("x-vatio-cut")).toBe("rows");
    expect(await response.text()).toBe(`x,formula,"c,d"\r\n0,'=1+1,"a,b"\r\n1,'=1+1,"a,b"\r\n`);
  });

  it.each(ROLES.filter((role) => role !== "admin"))("is not for a %s", async (role) => {
    expect(await ask(role, "SELECT 1")).toMatchObject({ status: 403, code: "E_PERMISSION" });
    expect(await (await server.person(role)).api("GET", "/sql/schema")).toMatchObject({ status: 403 });
  });

  it.each(["read", "control", "ingest", "metrics"] as const)("is not for a token of the scope %s", async (scope) => {
    const machine = await server.machine(scope);
    expect(await machine.api("POST", "/sql", { sql: "SELECT 1" })).toMatchObject({ status: 403 });
  });

  it.each([
    ["SELECT * FROM read_text('/etc/passwd')", 422, "E_SQL_REFUSED"],
    ["SELECT * FROM users", 422, "E_SQL_REFUSED"],
    ["SELEC", 400, "E_SQL_INVALID"],
    ["", 400, "E_INPUT_INVALID"],
  ])("refuses %j with %i %s", async (sql, status, code) => {
    expect(await ask("admin", sql)).toMatchObject({ status, code });
  });

  it("is in the audit log with its statement, whatever came of it", async () => {
    await ask("admin", "SELECT 42 AS answer");
    await ask("admin", "SELECT * FROM secrets");
    await ask("viewer", "SELECT 43");
    const entries = (await server.services.audit.query({ limit: 10 })).filter(({ what }) => what === "sql.query");
    expect(entries.slice(0, 3).map(({ outcome, details }) => ({ outcome, details }))).toEqual([
      { outcome: "refused", details: { code: "E_PERMISSION" } },
      { outcome: "failed", details: { statement: "SELECT * FROM secrets", code: "E_SQL_REFUSED" } },
      { outcome: "ok", details: { statement: "SELECT 42 AS answer" } },
    ]);
  });
});

describe("GET /sql/schema", () => {
  it("lists every table with columns and an example that is a statement", async () => {
    const { body } = await (await server.person("admin")).api("GET", "/sql/schema");
    const { tables } = body as { readonly tables: readonly { readonly name: string; readonly example: string }[] };
    expect(tables.map(({ name }) => name).sort()).toEqual([
      ...["channels", "counter_events", "days", "points", "readings", "sites", "slots"],
    ]);
    for (const { example } of tables) expect((await ask("admin", example)).status).toBe(200);
  });
});
