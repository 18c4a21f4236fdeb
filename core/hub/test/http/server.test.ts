import { mkdtemp, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { hostAddresses } from "../../src/http/host-addresses.js";
import { createHttpServer } from "../../src/http/index.js";
import { requestFacts } from "../../src/http/security/request-facts.js";
import { TrustedProxies } from "../../src/http/security/trusted-proxies.js";
import { startTestServer, type TestServer } from "./support/test-server.js";
import { createTestServices, testConfig } from "./support/test-services.js";

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
async function start(): Promise<TestServer> {
  const server = await startTestServer({ people: false });
  servers.push(server);
  return server;
}

/** Sends bytes and reads until the connection ends. */
function talk(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

describe("listening", () => {
  it("names the setting when the port is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const port = (other.address() as { port: number }).port;
    const services = await createTestServices({ people: false });
    const server = createHttpServer({ config: testConfig({ port }), services, uiRoot: "/nowhere" });
    await expect(server.start()).rejects.toMatchObject({
      code: "E_PORT_BUSY",
      message: expect.stringMatching(/http\.port.*VATIO_HTTP_PORT/),
      details: { port },
    });
    await server.stop();
    await services.close();
    other.close();
  });

  it("names the setting when the address or a TLS file is wrong", async () => {
    const services = await createTestServices({ people: false });
    const started = async (config: ReturnType<typeof testConfig>) => {
      const server = createHttpServer({ config, services, uiRoot: "/nowhere" });
      await server.start().finally(() => server.stop());
    };
    await expect(started({ ...testConfig(), bind: "192.0.2.1" })).rejects.toMatchObject({ code: "E_BIND_INVALID" });
    await expect(started(testConfig({ tls: { cert: "/no/cert.pem", key: "/no/key.pem" } }))).rejects.toMatchObject({
      code: "E_TLS_INVALID",
      message: expect.stringContaining("http.tls.cert"),
    });
    const folder = await mkdtemp(path.join(tmpdir(), "vatio-tls-"));
    await writeFile(path.join(folder, "x.pem"), "not a certificate");
    await expect(
      started(testConfig({ tls: { cert: path.join(folder, "x.pem"), key: path.join(folder, "x.pem") } })),
    ).rejects.toMatchObject({ code: "E_TLS_INVALID" });
    expect(() =>
      createHttpServer({ config: testConfig({ trustedProxies: ["everyone"] }), services, uiRoot: "/" }),
    ).toThrowError(expect.objectContaining({ code: "E_CONFIG_INVALID" }));
    await services.close();
  });

  it("stops while clients keep their connections open", async () => {
    const server = await start();
    const idle = connect(server.port, "127.0.0.1");
    await new Promise((resolve) => idle.once("connect", resolve));
    const ended = new Promise((resolve) => idle.once("close", resolve));
    await servers.pop()?.close();
    await ended;
  });
});

describe("what the transport refuses", () => {
  it.each([
    ["no HTTP", "hello\r\n\r\n", /^HTTP\/1\.1 400 /, "E_REQUEST_INVALID"],
    [
      "a host that is none",
      "GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
      /^HTTP\/1\.1 400 /,
      "E_REQUEST_INVALID",
    ],
    [
      "a path with a backslash",
      "GET /\\x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
      /^HTTP\/1\.1 400 /,
      "E_REQUEST_INVALID",
    ],
    [
      "a host with a user",
      "GET / HTTP/1.1\r\nHost: a@b\r\nConnection: close\r\n\r\n",
      /^HTTP\/1\.1 400 /,
      "E_REQUEST_INVALID",
    ],
    [
      "an address that is none",
      "GET http:// HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
      /^HTTP\/1\.1 400 /,
      "E_REQUEST_INVALID",
    ],
    [
      "too many headers",
      `GET / HTTP/1.1\r\nHost: x\r\n${"a".repeat(20_000)}: 1\r\n\r\n`,
      /^HTTP\/1\.1 431 /,
      "E_REQUEST_INVALID",
    ],
    [
      "another upgrade",
      "GET /api/v1/live HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
      /^HTTP\/1\.1 426 /,
      "E_UPGRADE_REQUIRED",
    ],
    ["no host", "GET / HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400 /, "E_REQUEST_INVALID"],
    ["a tunnel", "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", /^HTTP\/1\.1 405 /, "E_METHOD_UNKNOWN"],
    [
      "an expectation that nobody can meet",
      "GET / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n",
      /^HTTP\/1\.1 417 /,
      "E_REQUEST_INVALID",
    ],
  ])("%s is answered, ended and counted", async (_what, text, answer, code) => {
    const server = await start();
    expect(await talk(server.port, text)).toMatch(answer);
    expect(server.services.counters.get("http", "refused", code)).toBe(1);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it("a WebSocket without rights is answered and ended", async () => {
    const server = await start();
    const handshake =
      "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    expect(await talk(server.port, `GET /api/v1/live HTTP/1.1\r\nHost: x\r\n${handshake}`)).toMatch(/^HTTP\/1\.1 401 /);
    expect(await talk(server.port, `GET /api/v1/live HTTP/1.1\r\nHost: a b\r\n${handshake}`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
  });

  it("a client that resets in the middle of an upgrade does no harm", async () => {
    const server = await start();
    for (let round = 0; round < 20; round++) {
      const socket = connect(server.port, "127.0.0.1", () => {
        socket.write(
          "GET /api/v1/live HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        );
        socket.resetAndDestroy();
      });
      socket.on("error", () => undefined);
      await new Promise((resolve) => socket.once("close", resolve));
    }
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });
});

describe("probes", () => {
  it("are public and say no more than yes or no", async () => {
    const server = await start();
    const probe = async (name: string) => {
      const response = await fetch(server.url + name);
      return [response.status, await response.text()];
    };
    expect(await probe("/healthz")).toEqual([200, "ok\n"]);
    expect(await probe("/readyz")).toEqual([200, "ready\n"]);
    server.services.health.set("hub/store", "failed");
    expect(await probe("/readyz")).toEqual([503, "not ready\n"]);
    expect(await probe("/healthz")).toEqual([200, "ok\n"]);
  });
});

describe("metrics", () => {
  it("are for this machine: not through a proxy, nor by a name that points here", async () => {
    const server = await start();
    const status = async (headers: Record<string, string>) => {
      const answer = await talk(
        server.port,
        `GET /metrics HTTP/1.1\r\nConnection: close\r\n${Object.entries(headers)
          .map(([name, value]) => `${name}: ${value}\r\n`)
          .join("")}\r\n`,
      );
      return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
    };
    for (const Host of ["localhost", "127.0.0.1:8006", "[::1]:8006"]) expect(await status({ Host }), Host).toBe(200);
    for (const Host of ["evil.example", "10.0.0.2", "localhost.evil.example"])
      expect(await status({ Host }), Host).toBe(401);
    for (const header of ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "X-Forwarded-Host"])
      expect(await status({ Host: "localhost", [header]: "1.2.3.4" }), header).toBe(401);
  });

  it("are for tokens of the scope `metrics`, and no others", async () => {
    const server = await start();
    const get = async (scope: "metrics" | "read" | "control" | "ingest") => {
      const { headers } = await server.machine(scope);
      return (await fetch(`${server.url}/metrics`, { headers: { ...headers, "x-forwarded-for": "1.2.3.4" } })).status;
    };
    expect(await get("metrics")).toBe(200);
    for (const scope of ["read", "control", "ingest"] as const) expect(await get(scope), scope).toBe(401);
  });

  it("hold counters with their reasons, the store, the broker and the process, and escape what is hostile", async () => {
    const server = await start();
    server.services.counters.add("mqtt", "refused", 'quote"\n\\', 3);
    await fetch(`${server.url}/api/v1/points`);
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const types = [...text.matchAll(/^# TYPE (vatio_\S+_total) (\S+)/gm)].map(([, name, type]) => `${name} ${type}`);
    expect(types).toContain("vatio_store_commits_total counter");
    expect(types.filter((line) => !line.endsWith(" counter"))).toEqual([]);
    expect(text).toContain(String.raw`vatio_events_total{scope="mqtt",name="refused",reason="quote\"\n\\"} 3`);
    expect(text).toContain('vatio_events_total{scope="http",name="refused",reason="E_AUTH_REQUIRED"} 1');
    expect(text).toContain('vatio_http_requests_total{method="GET",route="/points",status="401"} 1');
    for (const name of [
      "vatio_store_rows_committed_total 0",
      'vatio_store_disk_bytes{kind="free"} 1000000000000',
      "vatio_mqtt_clients 2",
      'vatio_health{status="ok"} 1',
      'vatio_build_info{version="0.1.0"} 1',
      "process_resident_memory_bytes",
    ])
      expect(text).toContain(name);
  });

  it("of two hubs in one process stay apart", async () => {
    const [one, two] = [await start(), await start()];
    one.services.counters.add("mqtt", "refused", "only-one");
    expect(await (await fetch(`${one.url}/metrics`)).text()).toContain("only-one");
    expect(await (await fetch(`${two.url}/metrics`)).text()).not.toContain("only-one");
  });
});

describe("requestFacts", () => {
  const facts = (headers: Record<string, string>, peer: string, trusted: string[]) =>
    requestFacts(new Request("http://hub.lan:8006/x?y", { headers }), {
      peer: { address: peer, encrypted: false },
      proxies: new TrustedProxies(trusted),
      id: "r",
    });

  it("believes no stranger's word about whom it speaks for", () => {
    const forged = { "x-forwarded-for": "1.1.1.1", "x-forwarded-proto": "https", "x-forwarded-host": "evil.example" };
    expect(facts(forged, "::ffff:10.0.0.9", ["192.168.0.0/16"])).toMatchObject({
      address: "10.0.0.9",
      secure: false,
      origin: "http://hub.lan:8006",
    });
  });

  it("takes the nearest address that is no proxy of ours", () => {
    const headers = {
      "x-forwarded-for": "6.6.6.6, 7.7.7.7, 10.0.0.2",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "hub.example:443",
    };
    expect(facts(headers, "10.0.0.1", ["10.0.0.0/8"])).toMatchObject({
      address: "7.7.7.7",
      secure: true,
      origin: "https://hub.example",
    });
    expect(facts({}, "10.0.0.1", ["10.0.0.0/8"]).address).toBe("10.0.0.1");
    expect(facts({ "x-forwarded-host": "a b" }, "::1", ["::1"]).origin).toBe("");
  });
});

describe("hostAddresses", () => {
  const entry = (address: string, internal = false) => ({
    address,
    family: address.includes(":") ? ("IPv6" as const) : ("IPv4" as const),
    internal,
  });

  it("names what a device on the network can reach, IPv4 first", () => {
    const interfaces = {
      lo: [entry("127.0.0.1", true)],
      eth0: [entry("fe80::1"), entry("fd00::5"), entry("192.168.1.10")],
      docker0: [entry("172.17.0.1")],
      wlan0: [entry("169.254.3.4"), entry("10.0.0.7")],
      off: undefined,
    };
    expect(hostAddresses("0.0.0.0", interfaces)).toEqual(["192.168.1.10", "10.0.0.7", "fd00::5"]);
    expect(hostAddresses("192.168.1.10", interfaces)).toEqual(["192.168.1.10"]);
  });
});
