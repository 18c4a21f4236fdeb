import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ask, startTestServer, type TestServer } from "./support/test-server.js";
import { userIdOf } from "./support/test-services.js";

const PASSWORD = "correct horse battery staple";

const answers = (code: string) => ({
  code,
  name: "Ana",
  password: PASSWORD,
  language: "es",
  region: "es-MX",
  zone: "America/Mexico_City",
  currency: "MXN",
  siteName: "Casa",
  nominalVoltage: 127,
  phases: 1,
});

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
async function start(options: Parameters<typeof startTestServer>[0]): Promise<TestServer> {
  const server = await startTestServer(options);
  servers.push(server);
  return server;
}

describe("the first person", () => {
  it("sets the hub up once, is signed in, signs out and in again", async () => {
    const { anonymous, services, url } = await start({ people: false });
    expect((await anonymous.api("GET", "/setup")).body).toEqual({
      needed: true,
      version: "0.1.0",
      demo: false,
    });
    expect(await anonymous.api("POST", "/setup", answers("AAAA-AAAA"))).toMatchObject({
      status: 403,
      code: "E_SETUP_CODE",
    });
    const made = await anonymous.api("POST", "/setup", answers(services.accounts.setupCode ?? ""));
    expect(made).toMatchObject({
      status: 200,
      body: { user: { name: "Ana", role: "admin" }, hub: { version: "0.1.0", demo: false } },
    });
    expect((await anonymous.api("GET", "/setup")).body).toMatchObject({ needed: false });
    expect(await anonymous.api("POST", "/setup", answers("AAAA-AAAA"))).toMatchObject({
      status: 409,
      code: "E_SETUP_DONE",
    });

    const cookie = (made.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const headers = { cookie, "x-csrf-token": (made.body as { csrf: string }).csrf, origin: url };
    expect((await ask(`${url}/api/v1/session`, { method: "GET", headers })).body).toEqual(made.body);
    const out = await ask(`${url}/api/v1/session`, { method: "DELETE", headers });
    expect(out.status).toBe(204);
    expect(out.headers.get("set-cookie")).toMatch(/^vatio_session=; Max-Age=0; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(await ask(`${url}/api/v1/session`, { method: "GET", headers })).toMatchObject({
      status: 401,
      code: "E_AUTH_REQUIRED",
    });
    const again = await anonymous.api("POST", "/session", { name: "ana", password: PASSWORD, stay: true });
    expect(again.headers.get("set-cookie")).toMatch(/Max-Age=25(?:91999|92000);/);
  });

  it("changes the password: every session ends, and the one that asked gets a new one", async () => {
    const { anonymous, services, url } = await start({ people: false });
    await anonymous.api("POST", "/setup", answers(services.accounts.setupCode ?? ""));
    const signIn = async () => {
      const { headers, body } = await anonymous.api("POST", "/session", { name: "Ana", password: PASSWORD });
      return {
        cookie: (headers.get("set-cookie") ?? "").split(";")[0] ?? "",
        "x-csrf-token": (body as { csrf: string }).csrf,
      };
    };
    const [here, elsewhere] = [await signIn(), await signIn()];
    const change = (old: string) =>
      ask(`${url}/api/v1/me/password`, {
        method: "POST",
        headers: here,
        body: { old, next: "an entirely different sentence" },
      });
    expect(await change("wrong")).toMatchObject({ status: 401, code: "E_LOGIN_FAILED" });
    const changed = await change(PASSWORD);
    expect(changed.status).toBe(200);
    const session = (cookie: string) => ask(`${url}/api/v1/session`, { method: "GET", headers: { cookie } });
    expect((await session(here.cookie)).status).toBe(401);
    expect((await session(elsewhere.cookie)).status).toBe(401);
    expect((await session((changed.headers.get("set-cookie") ?? "").split(";")[0] ?? "")).status).toBe(200);
  });
});

describe("the session cookie", () => {
  const signIn = async (server: TestServer, headers: Record<string, string>) => {
    const link = await server.services.accounts.createLoginLink(userIdOf("viewer"));
    return ask(`${server.url}/api/v1/session/link`, { method: "POST", headers, body: { link } });
  };

  it("is HttpOnly and strict, and ends with the browser", async () => {
    const server = await start({});
    const answer = await signIn(server, {});
    expect(answer.headers.get("set-cookie")).toMatch(/^vatio_session=[\w-]{40,}; Path=\/; HttpOnly; SameSite=Strict$/);
  });

  it("is bound to the host on https, and HSTS is sent there only", async () => {
    const server = await start({ http: { trustedProxies: ["127.0.0.0/8"] } });
    const secure = await signIn(server, { "x-forwarded-proto": "https", "x-forwarded-host": "hub.example" });
    expect(secure.headers.get("set-cookie")).toMatch(
      /^__Host-vatio_session=[\w-]{40,}; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(secure.headers.get("strict-transport-security")).toBe("max-age=31536000");
    const plain = await signIn(server, {});
    expect(plain.headers.get("strict-transport-security")).toBeNull();
  });

  it("of plain http counts for nothing on https", async () => {
    const server = await start({ http: { trustedProxies: ["127.0.0.1"] } });
    const viewer = await server.person("viewer");
    const session = (more: Record<string, string>) =>
      ask(`${server.url}/api/v1/session`, { method: "GET", headers: { ...viewer.headers, ...more } });
    expect((await session({})).status).toBe(200);
    expect((await session({ "x-forwarded-proto": "https" })).status).toBe(401);
  });

  it("works once by a one-time link", async () => {
    const server = await start({});
    const link = await server.services.accounts.createLoginLink(userIdOf("viewer"));
    const use = () => server.anonymous.api("POST", "/session/link", { link });
    expect((await use()).status).toBe(200);
    expect(await use()).toMatchObject({ status: 401, code: "E_LOGIN_FAILED" });
  });
});

describe("people and machines", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  it("a token is no person", async () => {
    const machine = await server.machine("control");
    for (const [method, path] of [
      ["GET", "/session"],
      ["GET", "/me"],
      ["DELETE", "/session"],
    ] as const) {
      expect(await machine.api(method, path)).toMatchObject({ status: 403, code: "E_SESSION_REQUIRED" });
    }
  });

  it("people change their own name and theme", async () => {
    const viewer = await server.person("viewer");
    expect((await viewer.api("PATCH", "/me", { theme: "dark", language: "es" })).body).toMatchObject({
      theme: "dark",
      language: "es",
      role: "viewer",
    });
    expect((await viewer.api("GET", "/me")).body).toMatchObject({ theme: "dark" });
    expect(await viewer.api("PATCH", "/me", { role: "admin" })).toMatchObject({ status: 400, code: "E_INPUT_INVALID" });
  });

  it.each(["Bearer nothing", "Bearer ", "Basic YTpi", "bearer  x y", "Bearer \u00e9"])(
    "the header %j names nobody",
    async (authorization) => {
      const answer = await ask(`${server.url}/api/v1/points`, { method: "GET", headers: { authorization } });
      expect(answer).toMatchObject({ status: 401, code: "E_AUTH_REQUIRED" });
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    },
  );

  it("a password that a reverse proxy asked for is none of the hub's business", async () => {
    const viewer = await server.person("viewer");
    const headers = { ...viewer.headers, authorization: "Basic YTpi" };
    expect(await ask(`${server.url}/api/v1/points`, { method: "GET", headers })).toMatchObject({ status: 200 });
  });

  it("a bad token is refused even beside a good session", async () => {
    const viewer = await server.person("viewer");
    const headers = { ...viewer.headers, authorization: "Bearer revoked" };
    expect(await ask(`${server.url}/api/v1/points`, { method: "GET", headers })).toMatchObject({ status: 401 });
  });
});
