import { createHash } from "node:crypto";
import { mkdir, mkdtemp, symlink, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StaticFolder } from "../../src/http/static/static-folder.js";
import { uiPage } from "../../src/http/static/ui-page.js";
import { startTestServer, type TestServer } from "./support/test-server.js";

const INDEX = `<!doctype html><html><head><meta charset="utf-8"><style>body{margin:0}</style><script type="module" src="/assets/main-1.js"></script></head><body></body></html>`;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** The path as it is: `fetch` would tidy it up. */
function raw(
  target: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: server.port, path: target, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.on("error", reject);
    sent.end();
  });
}

describe("before the interface is built", () => {
  it("a page says how to build it", async () => {
    const { status, headers, body } = await raw("/");
    expect([status, headers["content-type"]]).toEqual([503, "text/html; charset=utf-8"]);
    expect(body.toString()).toMatch(/npm run build/);
  });
});

describe("the built interface", () => {
  beforeAll(async () => {
    const root = server.uiRoot;
    await mkdir(path.join(root, "assets"));
    await mkdir(path.join(root, ".vite"));
    await writeFile(path.join(root, "index.html"), INDEX);
    await writeFile(
      path.join(root, ".vite/manifest.json"),
      JSON.stringify({
        "index.html": { file: "assets/main-1.js", name: "index", isEntry: true },
        "src/sdk.ts": { file: "assets/sdk-2.js", name: "sdk", isEntry: true },
      }),
    );
    const script = "console.log(1);".repeat(50);
    await writeFile(path.join(root, "assets/main-1.js"), script);
    await writeFile(path.join(root, "assets/main-1.js.br"), brotliCompressSync(script));
    await writeFile(path.join(root, "assets/main-1.js.gz"), gzipSync(script));
    await writeFile(path.join(root, "manifest.webmanifest"), "{}");
    const outside = await mkdtemp(path.join(tmpdir(), "vatio-outside-"));
    await writeFile(path.join(outside, "secret.txt"), "secret");
    await symlink(path.join(outside, "secret.txt"), path.join(root, "assets/leak.txt"));
  });

  it.each(["/", "/devices", "/devices/shelly%3Aa8032412c3d4", "/index.html", "/settings/system?x=1"])(
    "answers %s with its page, asked for again each time",
    async (target) => {
      const { status, headers, body } = await raw(target);
      expect([status, headers["content-type"], headers["cache-control"]]).toEqual([
        200,
        "text/html; charset=utf-8",
        "no-cache",
      ]);
      expect(body.toString()).toContain("/assets/main-1.js");
    },
  );

  it("puts the import map for plugin panels before every module, and allows it by its hash", async () => {
    const { headers, body } = await raw("/");
    const html = body.toString();
    const map = /<script type="importmap">(.*?)<\/script>/.exec(html)?.[1] ?? "";
    expect(JSON.parse(map)).toEqual({ imports: { "@vatio/ui": "/assets/sdk-2.js" } });
    expect(html.indexOf("importmap")).toBeLessThan(html.indexOf('type="module"'));
    const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    expect(headers["content-security-policy"]).toBe(
      `default-src 'self'; script-src 'self' ${hash(map)}; style-src 'self' ${hash("body{margin:0}")}; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'`,
    );
  });

  it("keeps a map that the page has already", () => {
    const { html, csp } = uiPage(`<head><script type='importmap'>{"a":1}</script></head>`, "/assets/sdk.js");
    expect(html).not.toContain("sdk.js");
    expect(csp).toContain(createHash("sha256").update('{"a":1}').digest("base64"));
  });

  it.each([
    ["br, gzip", "br"],
    ["gzip", "gzip"],
    ["br;q=0, gzip;q=0.5", "gzip"],
    ["identity", undefined],
  ])("sends hashed assets for ever, compressed as asked (%s)", async (accepted, encoding) => {
    const { status, headers } = await raw("/assets/main-1.js", { "accept-encoding": accepted });
    expect([status, headers["content-encoding"], headers["cache-control"], headers.vary]).toEqual([
      200,
      encoding,
      "public, max-age=31536000, immutable",
      "accept-encoding",
    ]);
    expect(headers["content-type"]).toMatch(/^text\/javascript/);
  });

  it("answers 304 for what the browser has", async () => {
    const { headers } = await raw("/manifest.webmanifest");
    expect(headers["cache-control"]).toBe("no-cache");
    expect((await raw("/manifest.webmanifest", { "if-none-match": String(headers.etag) })).status).toBe(304);
  });

  it.each([
    "/assets/none.js",
    "/favicon.ico",
    "/assets/",
    "/assets/leak.txt",
    "/.vite/manifest.json",
    "/assets/main-1.js/x",
  ])("answers 404 for %s", async (target) => {
    const { status, headers } = await raw(target);
    expect([status, headers["content-type"]]).toEqual([404, "application/json"]);
  });

  it.each([
    "/../package.json",
    "/assets/../../package.json",
    "/assets/..%2f..%2fpackage.json",
    "/assets/%2e%2e/%2e%2e/package.json",
    "/assets/..\\..\\package.json",
    "/assets/%00.js",
    "/assets//etc/passwd.js",
    "/%c0%ae%c0%ae/x.js",
  ])("never leaves its folder for %s", async (target) => {
    const { status, body } = await raw(target);
    expect([200, 400, 404]).toContain(status);
    expect(body.toString()).not.toMatch(/"dependencies"|root:|secret/);
  });

  it("finds nothing outside of its folder, whatever the path", async () => {
    const folder = new StaticFolder(server.uiRoot);
    const part = fc.oneof(
      fc.constantFrom("..", ".", "assets", "main-1.js", "%2e%2e", "..%2f", "etc", "passwd", "leak.txt", "%00", "\\"),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part), async (parts) => {
        const found = await folder.find(parts.join("/"));
        if (found !== undefined)
          expect(["main-1.js", "index.html", "manifest.webmanifest"]).toContain(path.basename(found));
      }),
    );
  });

  it("does not take a change for a page", async () => {
    expect((await fetch(`${server.url}/devices`, { method: "POST" })).status).toBe(404);
  });
});

describe("plugin modules", () => {
  it("are for those who are signed in, and kept for ever by their version", async () => {
    const root = await mkdtemp(path.join(tmpdir(), "vatio-plugin-"));
    await writeFile(path.join(root, "ui.js"), "export {};");
    server.services.uiRoots.set("charts", root);
    expect((await raw("/plugins/charts/ui.js")).status).toBe(401);
    const { headers } = await server.person("viewer");
    const plain = await raw("/plugins/charts/ui.js", { ...headers });
    expect([plain.status, plain.headers["cache-control"]]).toEqual([200, "no-cache"]);
    expect((await raw("/plugins/charts/ui.js?v=abc", { ...headers })).headers["cache-control"]).toContain("immutable");
    for (const target of [
      "/plugins/charts/none.js",
      "/plugins/none/ui.js",
      "/plugins/charts/..%2f..%2fetc%2fpasswd",
      "/plugins/charts",
    ]) {
      expect((await raw(target, { ...headers })).status, target).toBe(404);
    }
  });
});
