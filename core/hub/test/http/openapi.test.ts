import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { badPaths } from "../../src/bad-paths.js";
import * as dto from "../../src/http/dto.js";
import { createOpenApiDocument, routeTable } from "../../src/http/index.js";
import { examples } from "../../src/http/openapi/examples.js";
import { startTestServer, type TestServer } from "./support/test-server.js";

const document = createOpenApiDocument({ routes: routeTable, version: "1.2.3" });

/** Every value of a key anywhere below. */
function valuesOf(key: string, value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, entry]) => (name === key ? [entry] : valuesOf(key, entry)));
}

function resolve(ref: string): unknown {
  return ref
    .replace("#/", "")
    .split("/")
    .reduce<unknown>((found, part) => (found as Record<string, unknown> | undefined)?.[part], document);
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe("the document", () => {
  it("says what it is", () => {
    expect(document).toMatchObject({
      openapi: "3.1.1",
      info: { title: "Vatio", version: "1.2.3" },
      servers: [{ url: "/api/v1" }],
    });
  });

  it("has every route of the table, with its parameters, body and answer", () => {
    for (const route of routeTable) {
      const operation = document.paths[route.path]?.[route.method.toLowerCase()];
      expect(operation, `${route.method} ${route.path}`).toMatchObject({
        summary: route.summary,
        tags: [route.tag],
        "x-action": route.action,
      });
      const named = (operation?.parameters ?? []) as { name: string; in: string }[];
      const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(
        named.filter((entry) => entry.in === "path").map(({ name }) => name),
        route.path,
      ).toEqual(inPath);
      expect(named.filter((entry) => entry.in === "query").map(({ name }) => name)).toEqual(
        Object.keys(route.query?.properties ?? {}),
      );
      expect(operation?.requestBody !== undefined).toBe(route.body !== undefined);
      expect(operation?.responses).toHaveProperty(route.response === undefined ? "204" : "200");
    }
  });

  it("names each operation once", () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("has no reference that leads nowhere, and none that only the hub understands", () => {
    const refs = valuesOf("$ref", document) as string[];
    expect(refs.length).toBeGreaterThan(50);
    for (const ref of refs) expect(resolve(ref), ref).toBeDefined();
    expect([...valuesOf("$id", document), ...valuesOf("$defs", document), ...valuesOf("x-comma", document)]).toEqual(
      [],
    );
  });

  it("describes the recursive health tree as a component of its own", () => {
    expect(document.components.schemas.Health).toMatchObject({
      properties: { children: { items: { $ref: "#/components/schemas/Health" } } },
    });
  });

  it("asks for credentials wherever the route does", () => {
    for (const { path, method, operation } of operations) {
      const route = routeTable.find((entry) => entry.path === path && entry.method.toLowerCase() === method);
      if (!route) continue;
      expect(operation.security, `${method} ${path}`).toEqual(
        route.action === "public"
          ? []
          : [method === "get" ? { session: [] } : { session: [], csrf: [] }, { token: [] }],
      );
    }
  });

  it("names only tags that it declares", () => {
    const declared = document.tags.map(({ name }) => name);
    for (const { operation } of operations) expect(declared).toContain((operation.tags as string[])[0]);
  });

  it("is plain JSON", () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });
});

describe("examples", () => {
  const schemas = Object.entries(dto).map(([exported, schema]) => [exported.replace(/Dto$/, ""), schema] as const);

  it.each(Object.keys(examples))("of %s belongs to a schema and fits it", (name) => {
    const schema = schemas.find(([known]) => known === name)?.[1];
    expect(schema, name).toBeDefined();
    expect(badPaths(schema as never, examples[name], "")).toEqual([]);
  });

  it("exist for every shape that is more than a word", () => {
    const missing = schemas
      .filter(([name, schema]) => !("enum" in schema) && !(name in examples))
      .map(([name]) => name);
    expect(missing).toEqual([]);
  });
});

describe("served", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ people: false });
  });
  afterAll(() => server.close());

  it("gives the document and a page with every operation, without anything from elsewhere", async () => {
    const { body } = await server.anonymous.api("GET", "/openapi.json");
    expect(body).toMatchObject({ info: { version: "0.1.0" } });
    const page = await fetch(`${server.url}/docs`);
    expect(page.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self'/,
    );
    const html = await page.text();
    for (const { operation } of operations) expect(html).toContain(`id="${operation.operationId}"`);
    expect(html).not.toMatch(/https?:\/\/|style="|<style|<script(?! type="module" src="\/docs\/docs\.js")|\son\w+=/);
  });

  it("gives the page's style sheet and script, and nothing else beside it", async () => {
    for (const [file, type] of [
      ["docs.css", "text/css"],
      ["docs.js", "text/javascript"],
    ] as const) {
      const response = await fetch(`${server.url}/docs/${file}`);
      expect([response.status, response.headers.get("content-type")]).toEqual([200, `${type}; charset=utf-8`]);
    }
    for (const file of ["constructor", "__proto__", "x.js"])
      expect((await fetch(`${server.url}/docs/${file}`)).status).toBe(404);
  });
});
