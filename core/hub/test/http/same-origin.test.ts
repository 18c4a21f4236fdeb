import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { routeTable } from "../../src/http/index.js";
import { ask, startTestServer, type TestClient, type TestServer } from "./support/test-server.js";

let server: TestServer;
let viewer: TestClient;

beforeAll(async () => {
  server = await startTestServer({ http: { publicUrl: "https://hub.example.org/", trustedProxies: [] } });
  viewer = await server.person("viewer");
});
afterAll(() => server.close());

/** A change with these headers in the place of the usual ones; undefined leaves one out. */
function change(headers: Readonly<Record<string, string | undefined>>): ReturnType<typeof ask> {
  const sent = Object.entries({ ...viewer.headers, ...headers }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return ask(`${server.url}/api/v1/me`, {
    method: "PATCH",
    headers: Object.fromEntries(sent),
    body: { theme: "dark" },
  });
}

describe("a change through a session", () => {
  it.each([
    ["the page's own origin", {}],
    ["no browser at all", { origin: undefined }],
    ["the browser's word", { "sec-fetch-site": "same-origin" }],
    [
      "the browser's word behind a proxy that nobody named",
      { "sec-fetch-site": "same-origin", origin: "https://elsewhere.example" },
    ],
    ["the public address", { origin: "https://hub.example.org" }],
  ])("is taken from %s", async (_whence, headers) => {
    expect(await change(headers)).toMatchObject({ status: 200 });
  });

  it.each([
    ["another site", { "sec-fetch-site": "cross-site" }],
    ["a neighbour of the same domain", { "sec-fetch-site": "same-site" }],
    ["another origin", { origin: "http://evil.example" }],
    ["the same host on another port", { origin: "http://127.0.0.1:1" }],
    ["a sandboxed frame or a file", { origin: "null" }],
    ["a navigation of another page", { "sec-fetch-site": "none", origin: "http://evil.example" }],
    ["nonsense", { origin: "::::" }],
    ["a forged proxy header", { origin: "http://evil.example", "x-forwarded-host": "evil.example" }],
  ])("is refused from %s", async (_whence, headers) => {
    expect(await change(headers)).toMatchObject({ status: 403, code: "E_ORIGIN_REFUSED" });
  });

  it.each([
    ["without the session's token", { "x-csrf-token": undefined }],
    ["with another one", { "x-csrf-token": "x".repeat(24) }],
    ["with an empty one", { "x-csrf-token": "" }],
  ])("is refused %s", async (_how, headers) => {
    expect(await change(headers)).toMatchObject({ status: 403, code: "E_CSRF_INVALID" });
  });

  it("is refused with the token of another session", async () => {
    const other = await server.person("viewer");
    expect(await change({ "x-csrf-token": other.headers["x-csrf-token"] })).toMatchObject({ code: "E_CSRF_INVALID" });
  });
});

describe("every change of the table", () => {
  const changes = routeTable.filter(({ method }) => method !== "GET");

  it.each(changes.map((route) => ({ route, title: `${route.method} ${route.path}` })))(
    "$title is refused from another origin",
    async ({ route }) => {
      const admin = await server.person("admin");
      const url = `${server.url}/api/v1${route.path.replace(/\{\w+\}/g, "x")}`;
      const answer = await ask(url, {
        method: route.method,
        headers: { ...admin.headers, origin: "http://evil.example" },
        ...(route.body ? { body: {} } : {}),
      });
      expect(answer).toMatchObject({ status: 403, code: "E_ORIGIN_REFUSED" });
    },
  );

  it.each(
    changes
      .filter(({ action }) => action !== "public")
      .map((route) => ({ route, title: `${route.method} ${route.path}` })),
  )("$title is refused without the session's token", async ({ route }) => {
    const admin = await server.person("admin");
    const url = `${server.url}/api/v1${route.path.replace(/\{\w+\}/g, "x")}`;
    const answer = await ask(url, {
      method: route.method,
      headers: { ...admin.headers, "x-csrf-token": "" },
      ...(route.body ? { body: {} } : {}),
    });
    expect(answer).toMatchObject({ status: 403, code: "E_CSRF_INVALID" });
  });
});

it("a token needs neither: no page can make a browser send one", async () => {
  const machine = await server.machine("control");
  const answer = await ask(`${server.url}/api/v1/commands/no.such`, {
    method: "POST",
    headers: { ...machine.headers, origin: "http://evil.example" },
    body: {},
  });
  expect(answer).toMatchObject({ status: 404, code: "E_COMMAND_UNKNOWN" });
});

it("no other origin is ever let in by CORS", async () => {
  for (const [method, path] of [
    ["OPTIONS", "/api/v1/points"],
    ["GET", "/api/v1/setup"],
    ["GET", "/"],
  ] as const) {
    const { headers } = await ask(server.url + path, {
      method,
      headers: { origin: "http://evil.example", "access-control-request-method": "GET" },
    });
    expect([...headers].filter(([name]) => name.startsWith("access-control-"))).toEqual([]);
  }
});

it("every answer carries the headers that keep browsers careful", async () => {
  for (const path of ["/api/v1/setup", "/api/v1/points", "/healthz", "/docs", "/", "/nothing.js", "/api/nothing"]) {
    const { headers } = await ask(server.url + path, { method: "GET", headers: {} });
    expect(Object.fromEntries(headers), path).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
      "x-request-id": expect.stringMatching(/^[\w-]{12}$/),
    });
  }
});
