import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VatioError } from "@vatio/plugin-api";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BOOT_OPTIONS } from "../../src/config/boot-options.js";
import type { ConfigIssue } from "../../src/config/config-issue.js";
import { type LoadBootConfigOptions, loadBootConfig } from "../../src/config/index.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vatio-config-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Given = Partial<LoadBootConfigOptions> & { readonly yaml?: string };

function load({ yaml, ...options }: Given = {}) {
  if (yaml !== undefined) writeFileSync(join(folder, "vatio.yaml"), yaml);
  return loadBootConfig({ env: {}, cwd: folder, ...options });
}

function failure(given: Given): { message: string; issues: readonly ConfigIssue[] } {
  try {
    load(given);
  } catch (error) {
    if (VatioError.is(error) && error.code === "E_CONFIG_INVALID") {
      return { message: error.message, issues: error.details as readonly ConfigIssue[] };
    }
    throw error;
  }
  throw new VatioError("E_INTERNAL", "The configuration was accepted.");
}

describe("loadBootConfig", () => {
  it("needs nothing", () => {
    expect(load()).toEqual({
      data: join(folder, "data"),
      bind: "0.0.0.0",
      http: { port: 8006, trustedProxies: [] },
      mqtt: { embedded: { port: 1883 } },
      log: { level: "info", retentionDays: 30, console: true },
      store: { commitMs: 250, memoryMb: 256, minFreeMb: 200 },
      plugins: { forceWorker: [], allowInline: [], workerMemoryMb: 128 },
    });
  });

  it("lets the variable win over the file, and the override over both", () => {
    const yaml = "http:\n  port: 9000\nlog:\n  level: debug\nbind: 127.0.0.1\n";
    const env = { VATIO_HTTP_PORT: "9001", VATIO_LOG_LEVEL: "warn", VATIO_MQTT_PORT: "" };
    const config = load({ yaml, env, overrides: { log: { level: "error" } } });
    expect([config.http.port, config.log.level, config.bind, config.mqtt.embedded?.port]).toEqual([
      9001,
      "error",
      "127.0.0.1",
      1883,
    ]);
  });

  it("takes relative paths of the file from its folder, others from the working folder", () => {
    const file = join(folder, "vatio.yaml");
    expect(load({ yaml: "data: store", cwd: "/", file }).data).toBe(join(folder, "store"));
    expect(load({ file: false, env: { VATIO_DATA: "store" } }).data).toBe(join(folder, "store"));
    expect(load({ file: false, env: { VATIO_DATA: ":memory:" } }).data).toBe(":memory:");
    expect(load({ env: { VATIO_CONFIG: "vatio.yaml", VATIO_DATA: "/srv/vatio" } }).data).toBe("/srv/vatio");
  });

  it("reads every kind of value from variables", () => {
    const env = {
      VATIO_LOG_CONSOLE: "off",
      VATIO_HTTP_TRUSTED_PROXIES: "10.0.0.0/8, ::1",
      VATIO_PLUGINS_FORCE_WORKER: "shelly,demo",
      VATIO_PLUGINS_ALLOW_INLINE: "mine",
      VATIO_STORE_COMMIT_MS: " 1000 ",
    };
    const config = load({ env });
    expect(config.log.console).toBe(false);
    expect(config.http.trustedProxies).toEqual(["10.0.0.0/8", "::1"]);
    expect(config.plugins).toMatchObject({ forceWorker: ["shelly", "demo"], allowInline: ["mine"] });
    expect(config.store.commitMs).toBe(1000);
  });

  it("knows the external broker with TLS", () => {
    writeFileSync(join(folder, "ca.pem"), "x");
    const yaml =
      "mqtt:\n  url: mqtts://broker.lan:8883\n  username: hub\n  password: secret\n  tls:\n    ca: ca.pem\n    serverName: broker\n";
    expect(load({ yaml }).mqtt).toEqual({
      external: {
        url: "mqtts://broker.lan:8883",
        clientId: "vatio",
        username: "hub",
        password: "secret",
        tls: { ca: join(folder, "ca.pem"), serverName: "broker" },
      },
    });
  });

  it("knows TLS of its own listeners", () => {
    for (const name of ["cert.pem", "key.pem"]) writeFileSync(join(folder, name), "x");
    const tls = "  tls: { cert: cert.pem, key: key.pem }\n";
    const files = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
    const config = load({ yaml: `http:\n${tls}mqtt:\n${tls}` });
    expect(config.http.tls).toEqual(files);
    expect(config.mqtt.embedded?.tls).toEqual({ port: 8883, ...files });
  });

  it("accepts sections and keys that were left empty, and an empty file", () => {
    expect(load({ yaml: "mqtt:\n  # port: 1884\nhttp:\n  port:\n" }).http.port).toBe(8006);
    expect(load({ yaml: "# nothing\n" }).bind).toBe("0.0.0.0");
  });

  it("names every mistake with what was expected and where it came from", () => {
    const yaml =
      "http:\n  prot: 80\n  port: 70000\nbind: not a host\nlog:\n  level: loud\nstore: 5\nfoo: 1\nplugins: { forceWorker: shelly }\n";
    const { issues, message } = failure({ yaml, env: { VATIO_MQTT_PORT: "188x", VATIO_LOG_CONSOLE: "maybe" } });
    expect(issues.map(({ path, expected, found, origin }) => [path, expected, found, origin])).toEqual([
      ["http.prot", "the key port", "prot", "vatio.yaml line 2"],
      ["store", "a section with commitMs, memoryMb, minFreeMb", undefined, "vatio.yaml line 7"],
      ["foo", "one of the keys data, bind, http, mqtt, log, store, plugins", "foo", "vatio.yaml line 8"],
      ["http.port", "a whole number from 0 to 65535", "70000", "vatio.yaml line 3"],
      ["bind", "an IP address or a host name", '"not a host"', "vatio.yaml line 4"],
      ["log.level", "one of debug, info, warn, error", '"loud"', "vatio.yaml line 6"],
      ["plugins.forceWorker", "a list of at most 100 texts", '"shelly"', "vatio.yaml line 9"],
      ["mqtt.port", "a whole number from 0 to 65535", '"188x"', "variable VATIO_MQTT_PORT"],
      ["log.console", "true or false", '"maybe"', "variable VATIO_LOG_CONSOLE"],
    ]);
    expect(message).toContain("9 mistakes");
    expect(message).toContain(
      'mqtt.port: expected a whole number from 0 to 65535, found "188x" (variable VATIO_MQTT_PORT)',
    );
  });

  it.each([
    ["half a certificate", "http: { tls: { cert: /tmp/x } }", "http.tls.cert", "http.tls.key beside it"],
    ["a name without a broker", "mqtt: { username: hub }", "mqtt.username", "mqtt.url beside it"],
    ["a broker of another protocol", "mqtt: { url: http://x }", "mqtt.url", "an address such as mqtt://host"],
    [
      "a password in the address",
      "mqtt: { url: 'mqtt://a:b@x' }",
      "mqtt.url",
      "an address such as mqtt://host without user name and password",
    ],
    ["a public address that is none", "http: { publicUrl: home }", "http.publicUrl", "an address such as https://host"],
    [
      "a network with too many bits",
      "http: { trustedProxies: [10.0.0.0/33] }",
      "http.trustedProxies",
      "IP addresses or networks such as 10.0.0.0/8",
    ],
    [
      "a file that is not there",
      "http: { tls: { cert: no.pem, key: no.pem } }",
      "http.tls.cert",
      "a file that can be read",
    ],
    [
      "a plugin id that is none",
      "plugins: { forceWorker: [Shelly] }",
      "plugins.forceWorker",
      "ids of plugins, in lower case",
    ],
    ["a list at the top", "- 1", "", "a section with data, bind, http, mqtt, log, store, plugins"],
    ["a text at the top", "hello", "", "a section with data, bind, http, mqtt, log, store, plugins"],
    ["a key twice", "bind: 1.1.1.1\nbind: 1.1.1.2\n", "", "valid YAML"],
    ["broken YAML", "http: {", "", "valid YAML"],
    ["fractions", "http: { port: 80.5 }", "http.port", "a whole number from 0 to 65535"],
  ])("refuses %s", (_name, yaml, path, expected) => {
    expect(failure({ yaml }).issues).toContainEqual(expect.objectContaining({ path, expected }));
  });

  it("refuses a named file that is not there", () => {
    expect(failure({ file: "other.yaml" }).issues[0]?.expected).toBe("a file that can be read");
    expect(failure({ env: { VATIO_CONFIG: "other.yaml" } }).issues[0]?.origin).toBe(join(folder, "other.yaml"));
  });

  it("never repeats a secret", () => {
    const { message } = failure({
      env: { VATIO_MQTT_URL: "mqtt://x", VATIO_MQTT_USERNAME: "a", VATIO_MQTT_PASSWORD: "hunter2".repeat(400) },
    });
    expect(message).toContain("mqtt.password");
    expect(message).not.toContain("hunter2");
  });

  it("warns of a variable that looks like a mistyped option, and of no other", () => {
    const warnings: string[] = [];
    load({
      env: { VATIO_HTPP_PORT: "1", VATIO_PORT_8006_TCP: "tcp://1", VATIO_SECRET_KEY: "x", VATIO_REQUIRE_ALL: "1" },
      onWarning: (line) => warnings.push(line),
    });
    expect(warnings).toEqual(["The variable VATIO_HTPP_PORT means nothing; VATIO_HTTP_PORT does."]);
  });

  it("lists every bad option, whichever they are", () => {
    const breakable = BOOT_OPTIONS.filter(
      ({ schema }) => schema.type === "integer" || schema.type === "boolean" || schema.enum,
    );
    fc.assert(
      fc.property(fc.subarray(breakable, { minLength: 1 }), (bad) => {
        const env = Object.fromEntries(bad.map(({ variable }) => [variable, "?!"]));
        const { issues } = failure({ file: false, env });
        expect(issues.map(({ path }) => path)).toEqual(bad.map(({ path }) => path));
      }),
      { numRuns: 50 },
    );
  });

  it("answers any text as a file with a configuration or with E_CONFIG_INVALID", () => {
    const keys = fc.constantFrom("http", "port", "mqtt", "tls", "data", "bind", "x", "*a", "&a", "<<", "!!js");
    const lines = fc.array(
      fc.tuple(
        fc.constantFrom("", "  ", "    "),
        keys,
        fc.oneof(fc.string(), fc.constantFrom("", "80", "{}", "[1]", "*a", "&a b")),
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          lines.map((all) => all.map(([indent, key, value]) => `${indent}${key}: ${value}`).join("\n")),
        ),
        (yaml) => {
          try {
            load({ yaml });
          } catch (error) {
            expect(VatioError.is(error) && error.code).toBe("E_CONFIG_INVALID");
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
