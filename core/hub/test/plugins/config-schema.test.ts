import { type Json, type TObject, Type } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  configProblems,
  migrateConfig,
  secretNames,
  secretProblem,
  splitSecrets,
  withDefaults,
} from "../../src/plugins/config-schema.js";

const schema = Type.Object({
  prefix: Type.String({ default: "shellies", minLength: 1 }),
  limit: Type.Integer({ default: 5, minimum: 1, maximum: 10 }),
  broker: Type.Object({
    host: Type.String({ default: "localhost" }),
    port: Type.Integer({ default: 1883 }),
    password: Type.Optional(Type.String({ "x-secret": true, minLength: 8 })),
  }),
  meters: Type.Array(Type.Object({ id: Type.String(), factor: Type.Number({ default: 1 }) }), { default: [] }),
  mode: Type.Union([Type.Literal("auto"), Type.Literal("manual")], { default: "auto" }),
  token: Type.Optional(Type.String({ "x-secret": true })),
  note: Type.Optional(Type.String()),
});

/** As the hub reads it from manifest.json. */
const throughJson = (value: TObject): TObject => JSON.parse(JSON.stringify(value)) as TObject;

describe.each([
  ["as TypeBox made it", schema],
  ["as it came through JSON", throughJson(schema)],
])("a schema %s", (_name, given) => {
  it("fills in defaults, also of nested objects and of entries of lists", () => {
    expect(withDefaults(given, {})).toEqual({
      prefix: "shellies",
      limit: 5,
      broker: { host: "localhost", port: 1883 },
      meters: [],
      mode: "auto",
    });
    expect(
      withDefaults(given, { limit: 7, broker: { port: 1 }, meters: [{ id: "a" }, { id: "b", factor: 2 }] }),
    ).toEqual({
      prefix: "shellies",
      limit: 7,
      broker: { host: "localhost", port: 1 },
      meters: [
        { id: "a", factor: 1 },
        { id: "b", factor: 2 },
      ],
      mode: "auto",
    });
  });

  it("accepts what its own defaults make", () => {
    expect(configProblems(given, withDefaults(given, {}))).toEqual([]);
  });

  it("lists every bad path at once", () => {
    const bad = {
      prefix: "",
      limit: 11,
      broker: { host: 5, port: 1.5, unknown: 1 },
      meters: [{ factor: "x" }, 3],
      mode: "never",
      note: null,
      typo: true,
    };
    const paths = configProblems(given, bad).map(({ path }) => path);
    expect([...new Set(paths)].sort()).toEqual([
      "/broker/host",
      "/broker/port",
      "/broker/unknown",
      "/limit",
      "/meters/0/factor",
      "/meters/0/id",
      "/meters/1",
      "/mode",
      "/note",
      "/prefix",
      "/typo",
    ]);
  });

  it("lists more bad paths than the library does by itself", () => {
    const unknown = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`x${n}`, n]));
    const problems = configProblems(given, { ...(withDefaults(given, {}) as object), ...unknown });
    expect(problems).toHaveLength(50);
  });

  it("says in words of both languages what is wrong", () => {
    const complete = withDefaults(given, { limit: 11, typo: 1 });
    expect(configProblems(given, complete)).toMatchObject([
      { path: "/typo", text: { key: "config.unknown" } },
      { path: "/limit", text: { key: "config.maximum", params: { limit: "10" } } },
    ]);
  });

  it("takes secrets out, wherever they are", () => {
    expect(secretNames(given)).toEqual(["broker.password", "token"]);
    const entered = { limit: 3, token: "t", broker: { password: "p", host: "h" } };
    expect(splitSecrets(given, entered)).toEqual({
      config: { limit: 3, broker: { host: "h" } },
      secrets: { token: "t", "broker.password": "p" },
    });
  });

  it("does not take a secret for a setting", () => {
    const problems = configProblems(given, withDefaults(given, { token: "t" }));
    expect(problems).toMatchObject([{ path: "/token", text: { key: "config.unknown" } }]);
  });

  it.each([
    ["broker.password", "long enough", undefined],
    ["broker.password", null, undefined],
    ["broker.password", "short", "/broker/password"],
    ["token", 5, "/token"],
    ["nothing", "x", "/nothing"],
  ])("checks the secret %s = %j", (name, value, path) => {
    expect(secretProblem(given, name, value)?.path).toBe(path);
  });
});

describe("withDefaults", () => {
  it("keeps what was said, and is settled after one pass", () => {
    const value: fc.Arbitrary<Json> = fc.jsonValue() as fc.Arbitrary<Json>;
    const entered = fc.dictionary(fc.constantFrom("prefix", "limit", "broker", "meters", "other"), value);
    fc.assert(
      fc.property(entered, (given) => {
        const before = structuredClone(given);
        const once = withDefaults(schema, given) as Record<string, unknown>;
        expect(given).toEqual(before);
        expect(withDefaults(schema, once)).toEqual(once);
        for (const [key, inner] of Object.entries(given)) if (typeof inner !== "object") expect(once[key]).toBe(inner);
      }),
    );
  });

  it("never hands out the schema's own default", () => {
    const list = Type.Object({ list: Type.Array(Type.String(), { default: ["a"] }) });
    const first = withDefaults(list, {}) as { list: string[] };
    first.list.push("b");
    expect(withDefaults(list, {})).toEqual({ list: ["a"] });
  });
});

describe("migrateConfig", () => {
  const step = (config: unknown, from: number): unknown => ({ ...(config as object), [`v${from + 1}`]: true });

  it("goes one step after the other", async () => {
    await expect(migrateConfig({ config: { a: 1 }, version: 1 }, 3, step)).resolves.toEqual({
      a: 1,
      v2: true,
      v3: true,
    });
    await expect(migrateConfig({ config: { a: 1 }, version: 3 }, 3, step)).resolves.toEqual({ a: 1 });
    await expect(migrateConfig({ config: { a: 1 }, version: 1 }, 3, undefined)).resolves.toEqual({ a: 1 });
  });

  it("does not go back", async () => {
    await expect(migrateConfig({ config: {}, version: 4 }, 3, step)).rejects.toMatchObject({
      code: "E_CONFIG_INVALID",
    });
  });
});
