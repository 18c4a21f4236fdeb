import { Type } from "@vatio/plugin-api";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { badPaths } from "../../src/bad-paths.js";
import { MAX_JSON_DEPTH, parseJson } from "../../src/http/input/json-input.js";
import { coerceQuery } from "../../src/http/input/query-input.js";
import { startTestServer, type TestClient, type TestServer } from "./support/test-server.js";

describe("parseJson", () => {
  const depthOf = (value: unknown): number =>
    typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

  it("reads what JSON.parse reads, whatever brackets stand in its strings", () => {
    const text = fc.oneof(fc.string(), fc.constantFrom("[[[[", '"{', "\\", '\\"]', "}}}"));
    const value = fc.jsonValue({ maxDepth: 8 });
    fc.assert(
      fc.property(value, fc.dictionary(text, text), (a, b) => {
        fc.pre(!JSON.stringify([a, b]).includes("__proto__"));
        expect(parseJson(JSON.stringify([a, b]))).toEqual(JSON.parse(JSON.stringify([a, b])));
      }),
    );
  });

  it("refuses exactly what is nested deeper than the limit", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 100 }), (isList) => {
        const nested = isList.reduceRight<unknown>((inner, list) => (list ? [inner] : { "[": inner }), 1);
        const text = JSON.stringify(nested);
        const run = () => parseJson(text);
        if (depthOf(nested) > MAX_JSON_DEPTH)
          expect(run).toThrowError(expect.objectContaining({ code: "E_INPUT_INVALID" }));
        else expect(run()).toEqual(nested);
      }),
    );
  });

  it("survives a million brackets and a million elements", () => {
    expect(() => parseJson("[".repeat(1_000_000))).toThrowError(/nested deeper/);
    expect((parseJson(`[${"0,".repeat(400_000)}"\\u0061"]`) as unknown[]).length).toBe(400_001);
  });

  it.each(['{"__proto__":{"admin":true}}', '{"a":[{"\\u005f_proto__":1}]}', '{"a":{"__proto__":null}}'])(
    "refuses %s",
    (text) => {
      expect(() => parseJson(text)).toThrowError(/__proto__/);
    },
  );

  it("ends with a value or an E_INPUT_INVALID for any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'[]{}",:\\0u') })), (text) => {
        try {
          parseJson(text);
        } catch (error) {
          expect(error).toMatchObject({ code: "E_INPUT_INVALID" });
        }
      }),
    );
  });
});

describe("coerceQuery", () => {
  const schema = Type.Object({
    n: Type.Number(),
    i: Type.Integer(),
    b: Type.Boolean(),
    s: Type.String(),
    many: Type.Array(Type.String()),
    comma: Type.Array(Type.Integer(), { "x-comma": true }),
  });

  it("makes each the schema's type, and leaves what does not fit as text", () => {
    const search = new URLSearchParams("n=-1.5&i=7&b=true&s=7&many=a&many=b&comma=1,2&comma=x&other=1");
    expect(coerceQuery(schema, search)).toEqual({
      n: -1.5,
      i: 7,
      b: true,
      s: "7",
      many: ["a", "b"],
      comma: [1, 2, "x"],
      other: "1",
    });
  });

  it.each(["0x10", "1e3", "", " 1", "Infinity", "NaN", "1_000", "--1"])("does not take %j for a number", (text) => {
    expect(coerceQuery(schema, new URLSearchParams({ n: text }))).toEqual({ n: text });
  });

  it("keeps every key as a property of its own, the prototype's included", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor")), fc.string())),
        (pairs) => {
          const search = new URLSearchParams(pairs);
          const result = coerceQuery(schema, search);
          expect(new Set(Object.keys(result))).toEqual(new Set(search.keys()));
          expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
        },
      ),
    );
  });
});

describe("badPaths", () => {
  it("names every bad path, however many there are", () => {
    const schema = Type.Object(
      Object.fromEntries(Array.from({ length: 20 }, (_unused, index) => [`p${index}`, Type.Number()])),
      { additionalProperties: false },
    );
    const value = Object.fromEntries(Array.from({ length: 15 }, (_unused, index) => [`p${index}`, "x"]));
    const paths = badPaths(schema, { ...value, extra: 1 }, "/body").map(({ path }) => path);
    expect(paths.sort()).toEqual(
      [...Array.from({ length: 20 }, (_unused, index) => `/body/p${index}`), "/body/extra"].sort(),
    );
  });
});

describe("over HTTP", () => {
  let server: TestServer;
  let admin: TestClient;
  beforeAll(async () => {
    server = await startTestServer();
    admin = await server.person("admin");
  });
  afterAll(() => server.close());

  const send = async (body: BodyInit, headers: Record<string, string> = {}) => {
    const init = {
      method: "PATCH",
      headers: { ...admin.headers, "content-type": "application/json", ...headers },
      body,
      duplex: "half",
    };
    const response = await fetch(`${server.url}/api/v1/me`, init as RequestInit);
    return {
      status: response.status,
      error: ((await response.json()) as { error?: { code: string; details?: unknown } }).error,
    };
  };

  it("lists every bad path of path, query and body", async () => {
    const bad = await admin.api("PATCH", "/me", { language: "fr", theme: 3, name: "", extra: true });
    expect(bad.status).toBe(400);
    const paths = (bad.body as { error: { details: { paths: { path: string }[] } } }).error.details.paths.map(
      ({ path }) => path,
    );
    expect(new Set(paths)).toEqual(new Set(["/body/language", "/body/theme", "/body/name", "/body/extra"]));
    expect(await admin.api("GET", "/sites?surprise=1")).toMatchObject({ code: "E_INPUT_INVALID" });
  });

  it.each([
    ["not JSON", "{", {}, 400, "E_INPUT_INVALID"],
    ["nothing", "", {}, 400, "E_INPUT_INVALID"],
    ["not UTF-8", Uint8Array.of(0x22, 0xff, 0x22), {}, 400, "E_INPUT_INVALID"],
    ["too deep", `${"[".repeat(100)}${"]".repeat(100)}`, {}, 400, "E_INPUT_INVALID"],
    ["another type", "{}", { "content-type": "text/plain" }, 415, "E_CONTENT_TYPE_INVALID"],
    ["a form", "theme=dark", { "content-type": "application/x-www-form-urlencoded" }, 415, "E_CONTENT_TYPE_INVALID"],
    ["too much", JSON.stringify({ name: "x".repeat(1_100_000) }), {}, 413, "E_BODY_TOO_LARGE"],
  ] as const)("refuses a body that is %s, and counts it", async (_what, body, headers, status, code) => {
    const before = server.services.counters.get("http", "refused", code);
    expect(await send(body, headers)).toMatchObject({ status, error: { code } });
    expect(server.services.counters.get("http", "refused", code)).toBe(before + 1);
  });

  it("refuses too much without a length being announced", async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent++;
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
        if (sent > 64) controller.close();
      },
    });
    const outcome = await send(endless).catch(() => ({ status: 413, error: { code: "E_BODY_TOO_LARGE" } }));
    expect(outcome).toMatchObject({ status: 413, error: { code: "E_BODY_TOO_LARGE" } });
    expect(sent).toBeLessThan(64);
  });

  it("answers 405 with what the address takes, and 404 for what is nothing", async () => {
    expect(await admin.api("DELETE", "/sites")).toMatchObject({
      status: 405,
      code: "E_METHOD_UNKNOWN",
      body: { error: { details: { methods: ["GET"] } } },
    });
    expect(await admin.api("GET", "/nothing")).toMatchObject({ status: 404, code: "E_NOT_FOUND" });
    expect((await fetch(`${server.url}/api/v1/setup`, { method: "HEAD" })).status).toBe(200);
  });
});
