import { expect, it, onTestFinished } from "vitest";
import { findProgram, mosquittoRequirement } from "../../../../test/support/programs.js";
import { describeWith } from "../../../../test/support/requirement.js";
import { TestAuthority } from "./support/certificates.js";
import { connected, type External, hub, inWords, whyNot } from "./support/external-hub.js";
import { Mosquitto } from "./support/mosquitto.js";
import { until } from "./support/settle.js";
import { startMqtt, type TestMqtt } from "./support/test-broker.js";

const tlsRequirement = {
  found: mosquittoRequirement.found && findProgram("openssl"),
  remedy: "Mosquitto or OpenSSL is missing: install the packages mosquitto and openssl.",
};

describeWith(tlsRequirement, "an external broker with TLS", (openssl) => {
  const program = mosquittoRequirement.found ?? "";
  const server = (
    authority: TestAuthority,
    names = ["DNS:localhost", "IP:127.0.0.1"],
    days = 30,
    more: string[] = [],
  ) => {
    const { cert, key } = authority.issue("server", names, days);
    return Mosquitto.start(program, [`certfile ${cert}`, `keyfile ${key}`, ...more]);
  };
  const secure = (port: number, tls: External["tls"]): Promise<TestMqtt> =>
    hub(port, { external: { url: `mqtts://127.0.0.1:${port}`, ...(tls && { tls }) } });

  it("connects when its own authority is named", async () => {
    const authority = new TestAuthority(openssl, "Home CA");
    const { port } = await server(authority);
    const broker = await secure(port, { ca: authority.cert });
    await connected(broker);
    await broker.mqtt.transport.publish("a", "b", { qos: 1 });
  });

  it("refuses an authority that it does not know, and says which", async () => {
    const { port } = await server(new TestAuthority(openssl, "Home CA"));
    for (const ca of [undefined, new TestAuthority(openssl, "Other CA").cert]) {
      const broker = await secure(port, ca === undefined ? {} : { ca });
      expect(await whyNot(broker, "broker.certificate-authority")).toMatch(
        /comes from Home CA, an authority .* mqtt\.tls\.ca$/,
      );
    }
  });

  it("refuses a certificate that has expired", async () => {
    const authority = new TestAuthority(openssl, "Home CA");
    const { port } = await server(authority, ["IP:127.0.0.1"], -1);
    const broker = await secure(port, { ca: authority.cert });
    expect(await whyNot(broker, "broker.certificate-expired")).toMatch(/was valid until .* GMT\. Renew it/);
  });

  it("refuses a certificate for another host, and takes the name that it is told", async () => {
    const authority = new TestAuthority(openssl, "Home CA");
    const { port } = await server(authority, ["DNS:broker.home.example"]);
    const broker = await secure(port, { ca: authority.cert });
    expect(await whyNot(broker, "broker.certificate-name")).toContain("is for broker.home.example, not for 127.0.0.1");
    const named = await secure(port, { ca: authority.cert, serverName: "broker.home.example" });
    await connected(named);
  });

  it("shows its own certificate to a broker that asks for one", async () => {
    const authority = new TestAuthority(openssl, "Home CA");
    const { port } = await server(authority, undefined, 30, [`cafile ${authority.cert}`, "require_certificate true"]);
    const without = await secure(port, { ca: authority.cert });
    await until(() =>
      ["broker.client-certificate", "broker.closed-tls"].includes(without.mqtt.transport.status().why?.key ?? ""),
    );
    expect(inWords(without.mqtt.transport.status().why)).toContain("mqtt.tls.cert");
    const own = authority.issue("hub", ["DNS:hub"]);
    await connected(await secure(port, { ca: authority.cert, ...own }));
  });

  it("explains a port that does not speak TLS, and one that speaks nothing else", async () => {
    const authority = new TestAuthority(openssl, "Home CA");
    const plain = await Mosquitto.start(program);
    expect(await whyNot(await secure(plain.port, { ca: authority.cert }), "broker.no-tls")).toContain(
      "does not speak TLS",
    );
    const { port } = await server(authority);
    expect(await whyNot(await hub(port), "broker.closed")).toContain("mqtts://");
  });

  it("reads the system's authorities from where SSL_CERT_FILE says", async () => {
    const authority = new TestAuthority(openssl, "Installed CA");
    const { port } = await server(authority);
    const before = process.env.SSL_CERT_FILE;
    process.env.SSL_CERT_FILE = authority.cert;
    onTestFinished(() => {
      if (before === undefined) delete process.env.SSL_CERT_FILE;
      else process.env.SSL_CERT_FILE = before;
    });
    await connected(await secure(port, {}));
  });

  it.each(["ca", "cert", "key"] as const)("names the setting when the file of %s is not there", async (name) => {
    await expect(secure(1, { [name]: "/no/such/file.pem" })).rejects.toMatchObject({
      code: "E_CONFIG_INVALID",
      message: expect.stringContaining(`mqtt.tls.${name}`),
    });
  });

  it("is served by the embedded broker as well", async () => {
    const authority = new TestAuthority(openssl, "Home CA");
    const tls = { port: 0, ...authority.issue("server", ["IP:127.0.0.1"]) };
    const upstream = await startMqtt({ mqtt: { embedded: { port: 0, tls } } });
    const { password } = await upstream.mqtt.credentials.createIntegration({
      username: "hub",
      publish: ["#"],
      subscribe: ["#"],
    });
    const url = `mqtts://127.0.0.1:${upstream.mqtt.address()?.tlsPort}`;
    const broker = await hub(1, { external: { url, username: "hub", password, tls: { ca: authority.cert } } });
    await connected(broker);
    expect(upstream.mqtt.transport.status().clients).toBe(1);
    const plain = await hub(upstream.mqtt.address()?.tlsPort ?? 0);
    await until(() => upstream.counters.snapshot().some(({ name }) => name === "tls-refused"));
    expect(plain.mqtt.transport.status().connected).toBe(false);
  });

  it("lets only clients in whose certificate the embedded broker's authority has issued", async () => {
    const authority = new TestAuthority(openssl, "Home CA");
    const tls = { port: 0, ca: authority.cert, ...authority.issue("server", ["IP:127.0.0.1"]) };
    const upstream = await startMqtt({ mqtt: { embedded: { port: 0, tls } } });
    const { password } = await upstream.mqtt.credentials.createIntegration({
      username: "hub",
      publish: ["#"],
      subscribe: ["#"],
    });
    const url = `mqtts://127.0.0.1:${upstream.mqtt.address()?.tlsPort}`;
    const login = { url, username: "hub", password };
    const without = await hub(1, { external: { ...login, tls: { ca: authority.cert } } });
    await until(() =>
      ["broker.client-certificate", "broker.closed-tls"].includes(without.mqtt.transport.status().why?.key ?? ""),
    );
    const own = authority.issue("hub", ["DNS:hub"]);
    await connected(await hub(1, { external: { ...login, tls: { ca: authority.cert, ...own } } }));
  });
});
