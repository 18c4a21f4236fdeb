import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { gzipSync } from "node:zlib";
import type { Permission, PluginContext } from "@vatio/plugin-api";
import { afterEach, describe, expect, it } from "vitest";
import { SystemLan } from "../../../src/plugins/net/system-lan.js";
import { makeHarness, sourceOf, type TestLan, testPlugin } from "../support/harness.js";

type Context = PluginContext<never>;

async function run(...permissions: Permission[]) {
  let context: Context | undefined;
  const plugin = testPlugin({ id: "tester", permissions }, (ctx) => {
    context = ctx;
  });
  const harness = await makeHarness([sourceOf(plugin)]);
  harness.lan.hosts.set("shelly.local", ["192.168.1.5"]);
  harness.lan.hosts.set("api.example", ["93.184.216.34"]);
  harness.lan.hosts.set("both.example", ["93.184.216.34", "192.168.1.9"]);
  harness.lan.hosts.set("nowhere.example", ["0.0.0.0"]);
  return { harness, ctx: context as Context };
}

describe("what a plugin may reach", () => {
  it.each<[Permission, string, readonly string[] | undefined]>([
    ["net.lan", "http://shelly.local/", ["192.168.1.5"]],
    ["net.lan", "http://192.168.1.7/", ["192.168.1.7"]],
    ["net.lan", "http://[fe80::1]/", ["fe80::1"]],
    ["net.lan", "http://api.example/", undefined],
    ["net.lan", "http://both.example/", ["192.168.1.9"]],
    ["net.internet", "https://api.example/", ["93.184.216.34"]],
    ["net.internet", "http://shelly.local/", undefined],
    ["net.internet", "http://both.example/", ["93.184.216.34"]],
    ["net.internet", "http://127.0.0.1/", undefined],
    ["net.internet", "http://[::ffff:10.0.0.1]/", undefined],
    ["net.internet", "http://2130706433/", undefined],
    ["net.host:api.example", "https://api.example/", ["93.184.216.34"]],
    ["net.host:api.example", "https://API.example/", ["93.184.216.34"]],
    ["net.host:shelly.local", "http://shelly.local/", ["192.168.1.5"]],
    ["net.host:api.example", "http://both.example/", undefined],
    ["net.host:nowhere.example", "http://nowhere.example/", undefined],
    ["net.lan", "http://169.254.169.254/latest", undefined],
  ])("with %s, %s: %j", async (permission, url, addresses) => {
    const { harness, ctx } = await run(permission);
    await using _ = harness;
    const answer = ctx.net.fetch(url);
    if (addresses) {
      await expect(answer.then((response) => response.text())).resolves.toBe("ok");
      expect(harness.lan.fetched.map((entry) => entry.addresses)).toEqual([addresses]);
    } else {
      await expect(answer).rejects.toMatchObject({ code: "E_PERMISSION" });
      expect(harness.lan.fetched).toEqual([]);
      expect(harness.services.counters.get("plugin:tester", "net-refused")).toBe(1);
    }
  });

  it.each(["file:///etc/passwd", "ftp://192.168.1.1/", "not a url", "/relative"])("never %s", async (url) => {
    const { harness, ctx } = await run("net.lan", "net.internet");
    await using _ = harness;
    await expect(ctx.net.fetch(url)).rejects.toMatchObject({ code: "E_INPUT_INVALID" });
  });

  it("is checked for connections as well", async () => {
    const { harness, ctx } = await run("net.lan");
    await using _ = harness;
    const { signal } = new AbortController();
    await expect(ctx.net.tcp("api.example", 80, signal)).rejects.toMatchObject({ code: "E_PERMISSION" });
  });
});

describe("a redirect", () => {
  const redirecting = (harness: { lan: TestLan }, table: Readonly<Record<string, [number, string]>>): void => {
    harness.lan.answer = ({ url }) => {
      const [status, location] = table[url] ?? [200, undefined];
      return new Response(status === 200 ? "end" : "moved", { status, headers: location ? { location } : {} });
    };
  };

  it("is followed as far as the permissions go", async () => {
    const { harness, ctx } = await run("net.internet");
    await using _ = harness;
    redirecting(harness, {
      "https://api.example/a": [302, "/b"],
      "https://api.example/b": [307, "http://both.example/c"],
      "https://api.example/lan": [302, "http://192.168.1.1/admin"],
    });
    const answer = await ctx.net.fetch("https://api.example/a");
    expect([await answer.text(), answer.redirected]).toEqual(["end", true]);
    expect(harness.lan.fetched.map(({ url }) => url)).toEqual([
      "https://api.example/a",
      "https://api.example/b",
      "http://both.example/c",
    ]);
    await expect(ctx.net.fetch("https://api.example/lan")).rejects.toMatchObject({ code: "E_PERMISSION" });
    expect(harness.lan.fetched.at(-1)?.url).toBe("https://api.example/lan");
  });

  it.each<[number, string, string, string]>([
    [301, "POST", "GET", ""],
    [302, "POST", "GET", ""],
    [303, "PUT", "GET", ""],
    [307, "POST", "POST", "body"],
    [308, "PUT", "PUT", "body"],
  ])("%s of %s becomes %s", async (status, method, next, body) => {
    const { harness, ctx } = await run("net.internet");
    await using _ = harness;
    redirecting(harness, { "https://api.example/a": [status, "https://api.example/b"] });
    await ctx.net.fetch("https://api.example/a", { method, body: "body", headers: { "content-type": "text/plain" } });
    const last = harness.lan.fetched.at(-1);
    expect([last?.method, last?.body, last?.headers.get("content-type")]).toEqual([
      next,
      body,
      body ? "text/plain" : null,
    ]);
  });

  it("to another origin carries no credentials", async () => {
    const { harness, ctx } = await run("net.internet");
    await using _ = harness;
    redirecting(harness, {
      "https://api.example/a": [302, "https://api.example/b"],
      "https://api.example/b": [302, "https://both.example/c"],
    });
    await ctx.net.fetch("https://api.example/a", { headers: { authorization: "Bearer x", "x-own": "1" } });
    expect(harness.lan.fetched.map(({ headers }) => [headers.get("authorization"), headers.get("x-own")])).toEqual([
      ["Bearer x", "1"],
      ["Bearer x", "1"],
      [null, "1"],
    ]);
  });

  it("is handed over, or refused, when asked for", async () => {
    const { harness, ctx } = await run("net.internet");
    await using _ = harness;
    redirecting(harness, { "https://api.example/a": [302, "/a"] });
    await expect(ctx.net.fetch("https://api.example/a", { redirect: "manual" })).resolves.toMatchObject({
      status: 302,
    });
    const error = { code: "E_NET_UNREACHABLE" };
    await expect(ctx.net.fetch("https://api.example/a", { redirect: "error" })).rejects.toMatchObject(error);
    await expect(ctx.net.fetch("https://api.example/a")).rejects.toMatchObject({
      message: expect.stringContaining("without end"),
    });
  });
});

describe("the real network", () => {
  const servers: { close(): void }[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function serve(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    const server: Server = createHttpServer(handler);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://device.test:${(server.address() as AddressInfo).port}`;
  }

  const lan = new SystemLan();

  it("is asked at the address that was checked, whatever the name says", async () => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      seen.push([request.headers.host?.split(":")[0], request.url]);
      response.setHeader("set-cookie", ["a=1", "b=2"]).end("hello");
    });
    const answer = await lan.fetch(new Request(`${url}/status`), ["127.0.0.1"]);
    expect(await answer.text()).toBe("hello");
    expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(answer.url).toBe(`${url}/status`);
    expect(seen).toEqual([["device.test", "/status"]]);
  });

  it("gets a body with its length, in one piece", async () => {
    let seen: unknown;
    const url = await serve((request, response) => {
      const chunks: Buffer[] = [];
      const { "content-length": length, "transfer-encoding": encoding } = request.headers;
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        seen = { body: Buffer.concat(chunks).toString(), length, encoding, method: request.method };
        response.end();
      });
    });
    await lan.fetch(new Request(url, { method: "POST", body: '{"id":1}' }), ["127.0.0.1"]);
    expect(seen).toEqual({ body: '{"id":1}', length: "8", encoding: undefined, method: "POST" });
  });

  it("may answer compressed, in chunks, or with nothing", async () => {
    const url = await serve((request, response) => {
      if (request.url === "/gzip") response.setHeader("content-encoding", "gzip").end(gzipSync("squeezed"));
      else if (request.url === "/none") response.writeHead(204).end();
      else {
        response.write("a");
        response.end("b");
      }
    });
    const texts = await Promise.all(
      ["/gzip", "/none", "/chunks"].map(async (path) =>
        (await lan.fetch(new Request(url + path), ["127.0.0.1"])).text(),
      ),
    );
    expect(texts).toEqual(["squeezed", "", "ab"]);
  });

  it("may break off, or not be there", async () => {
    const url = await serve((request, response) => {
      if (request.url === "/half") response.writeHead(200, { "content-length": "10" }).write("half");
      setImmediate(() => request.socket.destroy());
    });
    const half = await lan.fetch(new Request(`${url}/half`), ["127.0.0.1"]);
    await expect(half.text()).rejects.toThrow();
    const cut = lan.fetch(new Request(`${url}/cut`), ["127.0.0.1"]);
    await expect(cut).rejects.toMatchObject({ code: "E_NET_UNREACHABLE", retryable: true });
    const gone = lan.fetch(new Request("http://device.test:1/"), ["127.0.0.1"]);
    await expect(gone).rejects.toMatchObject({
      code: "E_NET_UNREACHABLE",
      message: expect.stringContaining("device.test:1"),
    });
  });

  it("is given up when asked to", async () => {
    const url = await serve(() => undefined);
    const controller = new AbortController();
    const waiting = lan.fetch(new Request(url, { signal: controller.signal }), ["127.0.0.1"]);
    setImmediate(() => controller.abort());
    await expect(waiting).rejects.toMatchObject({ code: "E_ABORTED" });
  });

  it("carries bytes both ways over a connection", async () => {
    const server = createTcpServer((socket) => socket.pipe(socket));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { signal } = new AbortController();
    const streams = await lan.connect({ host: "device.test", port, addresses: ["127.0.0.1"] }, signal);
    const writer = streams.writable.getWriter();
    await writer.write(Uint8Array.of(1, 2, 3));
    const { value } = await streams.readable.getReader().read();
    expect([...(value ?? [])]).toEqual([1, 2, 3]);
    streams.close();
    const refused = lan.connect({ host: "device.test", port: 1, addresses: ["127.0.0.1"] }, signal);
    await expect(refused).rejects.toMatchObject({ code: "E_NET_UNREACHABLE" });
  });

  it("resolves addresses to themselves, and says when it knows no name", async () => {
    await expect(lan.resolve("[::1]")).resolves.toEqual(["::1"]);
    await expect(lan.resolve("no-such-name.invalid")).rejects.toMatchObject({ code: "E_NET_UNREACHABLE" });
  });

  it.each(["http", "_http", "_http._sctp", "_toolongtoolongtoolong._tcp"])(
    "has no services of the type %s",
    (service) => {
      expect(() => lan.browse(service, () => undefined)).toThrow(expect.objectContaining({ code: "E_INPUT_INVALID" }));
    },
  );
});
