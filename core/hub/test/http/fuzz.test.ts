import { Agent, request } from "node:http";
import process from "node:process";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { API_PREFIX, type Route, routeTable } from "../../src/http/index.js";
import { examples } from "../../src/http/openapi/examples.js";
import { startTestServer, type TestServer } from "./support/test-server.js";
import { addShelly } from "./support/test-services.js";

// A few for each route by default; CI asks for thousands.
const RUNS = Number(process.env.VATIO_FUZZ_RUNS ?? 12);

let server: TestServer;
let home: Awaited<ReturnType<typeof addShelly>>;
const agent = new Agent({ keepAlive: true, maxSockets: 4 });

beforeAll(async () => {
  server = await startTestServer();
  home = await addShelly(server.services);
  server.services.plugins.add({ id: "shelly" });
  server.services.handleSwitch(async () => ({ wasOn: false, on: true }));
});
afterAll(async () => {
  agent.destroy();
  await server.close();
});

interface Input {
  readonly params: readonly string[];
  readonly search: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom("__proto__", "..", "%", "%00", "%2F", "\\", "\0", "x".repeat(3_000)),
);
const known = fc.constantFrom("POINT", "DEVICE", "SITE", "shelly", "switch.set", "es", "log.level", "1");
const param = fc.oneof(
  { weight: 3, arbitrary: known },
  { weight: 2, arbitrary: text.map(encoded) },
  { weight: 1, arbitrary: text.map(safePath) },
);

/** As a segment; lone surrogates have no encoding. */
function encoded(value: string): string {
  return encodeURIComponent(value.replace(/[\ud800-\udfff]/g, "\ufffd"));
}

/** Raw, as far as a client can write it into a request line. */
function safePath(value: string): string {
  return value.replace(/[^\x21-\x7e]|[?#]/g, "");
}

const scalar = fc.oneof(
  text,
  fc.integer().map(String),
  fc.double().map(String),
  known,
  fc.constantFrom("true", "null", "1e400", "-0"),
);
const searchOf = (route: Route): fc.Arbitrary<string> => {
  const name = fc.oneof(fc.constantFrom(...Object.keys(route.query?.properties ?? {}), "target", "timeout"), text);
  return fc
    .array(fc.tuple(name, scalar), { maxLength: 6 })
    .map((pairs) => new URLSearchParams(pairs.map(([key, value]): [string, string] => [key, value])).toString());
};

const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const objects = Object.values(examples).filter(
  (example): example is Record<string, unknown> => typeof example === "object" && example !== null,
);

/** An example with one part that is something else. */
const nearly = fc
  .constantFrom(...objects)
  .chain((example) =>
    fc
      .tuple(fc.constantFrom(...Object.keys(example), "extra"), fc.jsonValue())
      .map(([key, value]) => ({ ...example, [key]: value })),
  );

const body: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 4, arbitrary: nearly.map(bytes) },
  { weight: 3, arbitrary: fc.constantFrom(...objects).map(bytes) },
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 6 }).map(bytes) },
  { weight: 2, arbitrary: fc.string().map(bytes) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 2_000 }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("[".repeat(50_000), `{"a":${'{"a":'.repeat(200)}1${"}".repeat(201)}`, '{"__proto__":{}}')
      .map(bytes),
  },
);

const headers = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ "content-type": "application/json" }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Record<string, string>>(
      {},
      { "content-type": "application/yaml" },
      { "content-type": "text/plain" },
      { accept: "application/cbor" },
      { "content-type": "application/json", "content-encoding": "gzip" },
      { cookie: "vatio_session=%%%" },
      { "x-forwarded-for": "::::" },
    ),
  },
);

const inputOf = (route: Route): fc.Arbitrary<Input> =>
  fc.record({ params: fc.array(param, { minLength: 2, maxLength: 2 }), search: searchOf(route), headers, body });

function addressOf(route: Route, { params, search }: Input): string {
  const left = [...params];
  const ids = new Map([
    ["POINT", home.point as string],
    ["DEVICE", encodeURIComponent(home.device)],
    ["SITE", home.site.id],
  ]);
  const filled = route.path.replace(/\{\w+\}/g, () => {
    const value = left.shift() ?? "x";
    return ids.get(value) ?? value;
  });
  return `${API_PREFIX}${filled}?${search}`;
}

function send(route: Route, input: Input, credentials: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: "127.0.0.1",
        port: server.port,
        agent,
        method: route.method,
        path: addressOf(route, input),
        headers: { ...credentials, ...input.headers },
      },
      (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode ?? 0));
      },
    );
    sent.on("error", reject);
    if (route.method === "GET") return void sent.end();
    // Node announces no length for every method, and the body would look like the next request.
    sent.setHeader("content-length", input.body.length);
    sent.end(input.body);
  });
}

const refusals = (): number => server.services.counters.get("http", "refused");

describe.each(routeTable.map((route) => ({ route, title: `${route.method} ${route.path}` })))("$title", ({ route }) => {
  it("is never a failure of the hub, and every refusal is counted", async () => {
    let admin = await server.person("admin");
    await fc.assert(
      fc.asyncProperty(inputOf(route), async (input) => {
        const before = refusals();
        const status = await send(route, input, admin.headers);
        expect(status, addressOf(route, input)).toBeLessThan(500);
        expect(refusals() - before).toBe(status >= 400 ? 1 : 0);
        // Signing out is a route as well.
        if (status === 204 && route.path === "/session") admin = await server.person("admin");
      }),
      { numRuns: RUNS },
    );
  });
});

it("the hub lives and has kept what it had", async () => {
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  const admin = await server.person("admin");
  expect((await admin.api("GET", "/sites")).body).toMatchObject([{ id: home.site.id }]);
  expect(server.services.counters.get("http", "failed")).toBe(0);
});
