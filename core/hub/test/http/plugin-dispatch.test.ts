import type { HttpEnv, PluginSocket } from "@vatio/plugin-api";
import { Hono } from "hono";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { deferred } from "../../src/deferred.js";
import { PLUGIN_HTTP_LIMITS } from "../../src/http/plugin-dispatch.js";
import { ask, startTestServer, type TestServer } from "./support/test-server.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(() => server.services.plugins.unmount("echo"));

/** Answers with what it got. */
const echo = new Hono<{ Bindings: HttpEnv }>().all("*", async (c) =>
  c.json({
    method: c.req.method,
    path: c.req.path,
    query: c.req.query(),
    actor: c.env.actor,
    headers: c.req.header(),
    body: await c.req.text(),
  }),
);

const mount = (app: Parameters<typeof server.services.plugins.mount>[1], options = {}) =>
  server.services.plugins.mount("echo", app, options);
const url = (path: string) => `${server.url}/api/plugins/echo${path}`;

describe("who may call", () => {
  it("administrators only, unless the mount says otherwise", async () => {
    mount(echo);
    const call = async (role: "viewer" | "admin") =>
      ask(url("/x"), { method: "GET", headers: (await server.person(role)).headers });
    expect(await ask(url("/x"), { method: "GET", headers: {} })).toMatchObject({
      status: 401,
      code: "E_AUTH_REQUIRED",
    });
    expect(await call("viewer")).toMatchObject({ status: 403, code: "E_PERMISSION" });
    expect(await call("admin")).toMatchObject({ status: 200, body: { actor: { kind: "user", id: "user-admin" } } });
    mount(echo, { action: "read" });
    expect(await call("viewer")).toMatchObject({ status: 200 });
  });

  it("an ingest token where the mount takes control, at an alias below /api/v1 too", async () => {
    server.services.plugins.mount("echo", echo, { action: "control", alias: "/api/v1/ingest/shelly" });
    const path = `${server.url}/api/v1/ingest/shelly`;
    const machine = await server.machine("ingest");
    expect(await ask(path, { method: "POST", headers: machine.headers, body: { a: 1 } })).toMatchObject({
      status: 200,
      body: { method: "POST", path: "/", body: '{"a":1}' },
    });
    expect(await ask(path, { method: "POST", headers: {}, body: {} })).toMatchObject({ status: 401 });
    expect(
      await ask(path, { method: "POST", headers: (await server.machine("read")).headers, body: {} }),
    ).toMatchObject({ status: 403 });
  });

  it("anybody where it is public; a stranger's own token is for the plugin to judge", async () => {
    mount(echo, { action: "public" });
    const answer = await ask(url("/x"), { method: "POST", headers: { authorization: "Bearer theirs" }, body: {} });
    expect(answer).toMatchObject({
      status: 200,
      body: { actor: { kind: "anonymous" }, headers: { authorization: "Bearer theirs" } },
    });
  });

  it("a person there too, unless a page of another site made the browser ask", async () => {
    mount(echo, { action: "public" });
    const { headers } = await server.person("viewer");
    const actorOf = async (more: Record<string, string>) =>
      (
        (await ask(url("/x"), { method: "POST", headers: { ...headers, ...more }, body: {} })).body as {
          actor: unknown;
        }
      ).actor;
    expect(await actorOf({})).toMatchObject({ kind: "user" });
    expect(await actorOf({ origin: "http://evil.example" })).toMatchObject({ kind: "anonymous" });
    expect(await actorOf({ "x-csrf-token": "" })).toMatchObject({ kind: "anonymous" });
  });

  it("changes through a session need its token and origin", async () => {
    mount(echo, { action: "read" });
    const { headers } = await server.person("viewer");
    const post = (more: Record<string, string>) =>
      ask(url("/x"), { method: "POST", headers: { ...headers, ...more }, body: {} });
    expect(await post({})).toMatchObject({ status: 200 });
    expect(await post({ origin: "http://evil.example" })).toMatchObject({ code: "E_ORIGIN_REFUSED" });
    expect(await post({ "x-csrf-token": "x" })).toMatchObject({ code: "E_CSRF_INVALID" });
  });
});

describe("what the plugin gets", () => {
  it("the path below its mount, the query, the body and the client's address, and none of the hub's credentials", async () => {
    mount(echo, { action: "read" });
    const person = await server.person("viewer");
    const headers = {
      ...person.headers,
      cookie: `theirs=1; ${person.headers.cookie}; more=2`,
      "x-forwarded-for": "6.6.6.6",
    };
    const { body } = await ask(`${url("/a%2Fb/c")}?q=1&q=2`, { method: "PUT", headers, body: { n: 1 } });
    expect(body).toMatchObject({
      method: "PUT",
      path: "/a%2Fb/c",
      query: { q: "1" },
      body: '{"n":1}',
      headers: { cookie: "theirs=1; more=2", "x-forwarded-for": "127.0.0.1" },
    });
    expect(JSON.stringify(body)).not.toContain(person.headers["x-csrf-token"]);
    const machine = await server.machine("read");
    expect((await ask(url("/"), { method: "GET", headers: machine.headers })).body).not.toHaveProperty(
      "headers.authorization",
    );
  });

  it("the hub's own address, whatever the path looks like", async () => {
    mount({ fetch: (request) => new Response(request.url) }, { action: "public" });
    const { body } = await ask(url("//evil.example/x"), { method: "GET", headers: {} });
    expect(body).toBe(`${server.url}//evil.example/x`);
  });

  it("no body beyond the limit", async () => {
    mount(echo, { action: "public" });
    const response = await fetch(url("/"), {
      method: "POST",
      body: new Uint8Array(PLUGIN_HTTP_LIMITS.requestBytes + 1),
    });
    expect(response.status).toBe(413);
  });
});

describe("what comes back", () => {
  it("status, headers and body, without cookies, policies and openings of the hub's own", async () => {
    mount(
      {
        fetch: () =>
          new Response("made", {
            status: 201,
            headers: [
              ["x-own", "1"],
              ["set-cookie", "vatio_session=stolen"],
              ["set-cookie", "theirs=1"],
              ["content-security-policy", "default-src *"],
              ["access-control-allow-origin", "*"],
              ["content-length", "99"],
            ],
          }),
      },
      { action: "public" },
    );
    const { status, headers, body } = await ask(url("/"), { method: "GET", headers: {} });
    expect([status, body, headers.get("x-own"), headers.getSetCookie()]).toEqual([201, "made", "1", ["theirs=1"]]);
    expect(headers.get("content-security-policy")).toContain("sandbox");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });

  it("bodies in pieces", async () => {
    const pieces = ["one ", "two ", "three"];
    const stream = () =>
      new ReadableStream({
        pull: (controller) =>
          pieces.length > 0 ? controller.enqueue(new TextEncoder().encode(pieces.shift())) : controller.close(),
      });
    mount({ fetch: () => new Response(stream()) }, { action: "public" });
    expect((await ask(url("/"), { method: "GET", headers: {} })).body).toBe("one two three");
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("secret inside");
      },
    ],
    ["throws no error", () => Promise.reject("a string")],
    ["rejects", () => Promise.reject(new Error("secret inside"))],
    ["answers nothing", () => undefined as never],
    ["answers something else", () => ({ status: 200 }) as never],
    [
      "breaks off its body at once",
      () => new Response(new ReadableStream({ pull: () => Promise.reject(new Error("secret inside")) })),
    ],
  ])("a 502 when it %s, and the hub lives", async (_how, fetchApp) => {
    mount({ fetch: fetchApp }, { action: "public" });
    const answer = await ask(url("/"), { method: "GET", headers: {} });
    expect(answer).toMatchObject({
      status: 502,
      code: "E_PLUGIN_FAILED",
      body: { error: { details: { plugin: "echo" } } },
    });
    expect(JSON.stringify(answer.body)).not.toContain("secret");
    expect((await ask(`${server.url}/healthz`, { method: "GET", headers: {} })).status).toBe(200);
  });

  it("its own refusals, counted by the code of the error or else by the status", async () => {
    const answers = [
      Response.json({ error: { code: "E_PLUG_BUSY", message: "no" } }, { status: 409 }),
      new Response("nonsense", { status: 404 }),
      new Response(null, { status: 410 }),
      new Response("fine"),
    ];
    mount({ fetch: () => answers.shift() ?? new Response() }, { action: "public" });
    for (let left = answers.length; left > 0; left--) await fetch(url("/"));
    const { counters } = server.services;
    for (const reason of ["E_PLUG_BUSY", "status 404", "status 410"])
      expect(counters.get("plugin:echo", "http-refused", reason), reason).toBe(1);
    expect(counters.get("plugin:echo", "http-refused")).toBe(3);
  });

  it("an end of the connection when the body breaks half-way", async () => {
    let pulls = 0;
    const body = () =>
      new ReadableStream({
        pull: (controller) =>
          pulls++ < 2 ? controller.enqueue(new Uint8Array(100_000)) : Promise.reject(new Error("half-way")),
      });
    mount({ fetch: () => new Response(body()) }, { action: "public" });
    await expect(ask(url("/"), { method: "GET", headers: {} })).rejects.toThrow();
    expect(server.services.counters.get("plugin:echo", "http-failed", "body-broken")).toBe(1);
  });

  it("nothing after the plugin was unloaded, and the new one after it was swapped, also for requests under way", async () => {
    const gate = deferred<Response>();
    mount({ fetch: () => gate.promise }, { action: "public" });
    const slow = ask(url("/"), { method: "GET", headers: {} });
    await new Promise((resolve) => setTimeout(resolve, 20));
    server.services.plugins.unmount("echo");
    expect(await ask(url("/"), { method: "GET", headers: {} })).toMatchObject({ status: 404, code: "E_NOT_FOUND" });
    mount({ fetch: () => new Response("new") }, { action: "public" });
    expect((await ask(url("/"), { method: "GET", headers: {} })).body).toBe("new");
    gate.resolve(new Response("old"));
    expect((await slow).body).toBe("old");
  });

  it("never a route of the hub's own", async () => {
    server.services.plugins.mount("echo", echo, { action: "public", alias: "/api/v1/points" });
    expect(await ask(`${server.url}/api/v1/points`, { method: "GET", headers: {} })).toMatchObject({ status: 401 });
  });
});

describe("sockets", () => {
  const open: WebSocket[] = [];
  afterEach(() => {
    for (const socket of open.splice(0)) socket.terminate();
  });
  const connect = (path: string, headers: Record<string, string> = {}): WebSocket => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers });
    open.push(socket);
    return socket;
  };
  const outcome = (socket: WebSocket) =>
    new Promise<string>((resolve) =>
      socket.once("open", () => resolve("open")).once("error", (error) => resolve(error.message)),
    );
  const next = (socket: WebSocket) =>
    new Promise<string>((resolve) => socket.once("message", (data) => resolve(String(data))));
  const closed = (socket: WebSocket) => new Promise<number>((resolve) => socket.once("close", (code) => resolve(code)));

  it("carry text and bytes both ways, with the caller's actor", async () => {
    server.services.plugins.socket(
      "echo",
      "/api/plugins/echo/ws",
      (socket, _request, { actor }) => {
        socket.send(`hello ${actor.id}`);
        socket.onMessage((data) => socket.send(typeof data === "string" ? data.toUpperCase() : data));
      },
      { action: "read" },
    );
    const { headers } = await server.person("viewer");
    const socket = connect("/api/plugins/echo/ws", headers);
    expect(await next(socket)).toBe("hello user-viewer");
    socket.send("abc");
    expect(await next(socket)).toBe("ABC");
    socket.send(Uint8Array.of(120, 121));
    expect(await next(socket)).toBe("xy");
  });

  it("are refused like requests are", async () => {
    server.services.plugins.socket("echo", "/api/plugins/echo/ws", () => undefined);
    const { headers } = await server.person("viewer");
    expect(await outcome(connect("/api/plugins/echo/ws"))).toMatch("401");
    expect(await outcome(connect("/api/plugins/echo/ws", headers))).toMatch("403");
    expect(
      await outcome(
        connect("/api/plugins/echo/ws", { ...(await server.person("admin")).headers, origin: "http://evil.example" }),
      ),
    ).toMatch("403");
    expect(await outcome(connect("/api/plugins/none/ws", headers))).toMatch("404");
  });

  it.each([
    [
      "while accepting",
      () => {
        throw new Error("boom");
      },
    ],
    [
      "on a message",
      (socket: PluginSocket) =>
        socket.onMessage(() => {
          throw new Error("boom");
        }),
    ],
  ])("are closed when the plugin throws %s, and the hub lives", async (_when, accept) => {
    server.services.plugins.socket("echo", "/api/plugins/echo/ws", accept, { action: "public" });
    const socket = connect("/api/plugins/echo/ws");
    socket.once("open", () => socket.send("x"));
    expect(await closed(socket)).toBe(1011);
    expect((await ask(`${server.url}/healthz`, { method: "GET", headers: {} })).status).toBe(200);
  });

  it("tell the plugin when the peer has gone, and take any code that it closes with", async () => {
    const gone = deferred<number>();
    server.services.plugins.socket(
      "echo",
      "/api/plugins/echo/ws",
      (socket) => {
        socket.onClose(gone.resolve);
        socket.onMessage((data) => socket.close(Number(data), "x".repeat(500)));
      },
      { action: "public" },
    );
    for (const [given, seen] of [
      ["4001", 4001],
      ["1005", 1000],
      ["NaN", 1000],
    ] as const) {
      const socket = connect("/api/plugins/echo/ws");
      socket.once("open", () => socket.send(given));
      expect(await closed(socket)).toBe(seen);
    }
    expect(await gone.promise).toBe(4001);
  });
});
