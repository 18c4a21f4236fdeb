import { accessSync, constants } from "node:fs";
import { isIP } from "node:net";
import { optionAt } from "./boot-options.js";
import { type ConfigIssue, type GivenValue, issueOf } from "./config-issue.js";
import type { BootConfig } from "./types.js";

type Rule = (value: never) => string | undefined;

const isHost = (host: string): boolean =>
  isIP(host) !== 0 || /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(host);

function isNetwork(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function urlProblem(value: string, schemes: readonly string[]): string | undefined {
  const expected = `an address such as ${schemes[0]}//host`;
  if (!URL.canParse(value)) return expected;
  const url = new URL(value);
  if (!schemes.includes(url.protocol) || url.hostname === "") return expected;
  if (url.username !== "" || url.password !== "") return `${expected} without user name and password`;
  return url.search !== "" || url.hash !== "" ? `${expected} without ? and #` : undefined;
}

const pluginIdsProblem = (value: readonly string[]): string | undefined =>
  value.every((id) => /^[a-z][a-z0-9-]*$/.test(id)) ? undefined : "ids of plugins, in lower case";

/** What a value of the right shape must also be; returns the phrase of what would be right. */
const RULES: Readonly<Record<string, Rule>> = {
  bind: (value: string) => (isHost(value) ? undefined : "an IP address or a host name"),
  "http.trustedProxies": (value: readonly string[]) =>
    value.every(isNetwork) ? undefined : "IP addresses or networks such as 10.0.0.0/8",
  "http.publicUrl": (value: string) => urlProblem(value, ["https:", "http:"]),
  "mqtt.url": (value: string) => urlProblem(value, ["mqtt:", "mqtts:"]),
  "plugins.forceWorker": pluginIdsProblem,
  "plugins.allowInline": pluginIdsProblem,
};

/** Checks what a value of the right shape means, beyond its schema. */
export function meaningIssue(given: GivenValue): ConfigIssue | undefined {
  const expected = RULES[given.path]?.(given.value as never);
  return expected === undefined ? undefined : issueOf(given, expected, optionAt(given.path));
}

/** Options that only make sense together. */
const TOGETHER: readonly (readonly [path: string, needs: string])[] = [
  ["http.tls.cert", "http.tls.key"],
  ["http.tls.key", "http.tls.cert"],
  ["mqtt.tls.cert", "mqtt.tls.key"],
  ["mqtt.tls.key", "mqtt.tls.cert"],
  ["mqtt.tls.serverName", "mqtt.url"],
  ["mqtt.username", "mqtt.url"],
  ["mqtt.password", "mqtt.username"],
];

/** Options that lack their other half. */
export function togetherIssues(given: ReadonlyMap<string, GivenValue>): readonly ConfigIssue[] {
  return TOGETHER.flatMap(([path, needs]) => {
    const one = given.get(path);
    return one && !given.has(needs) ? [{ path, expected: `${needs} beside it`, origin: one.origin }] : [];
  });
}

function readable(file: string): string | undefined {
  try {
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const FILES: Readonly<Record<string, (config: BootConfig) => string | undefined>> = {
  "http.tls.cert": ({ http }) => http.tls?.cert,
  "http.tls.key": ({ http }) => http.tls?.key,
  "mqtt.tls.cert": ({ mqtt }) => mqtt.embedded?.tls?.cert ?? mqtt.external?.tls?.cert,
  "mqtt.tls.key": ({ mqtt }) => mqtt.embedded?.tls?.key ?? mqtt.external?.tls?.key,
  "mqtt.tls.ca": ({ mqtt }) => mqtt.embedded?.tls?.ca ?? mqtt.external?.tls?.ca,
};

/** TLS files that cannot be read. */
export function fileIssues(config: BootConfig, given: ReadonlyMap<string, GivenValue>): readonly ConfigIssue[] {
  return Object.entries(FILES).flatMap(([path, fileOf]) => {
    const file = fileOf(config);
    const why = file === undefined ? undefined : readable(file);
    return why === undefined
      ? []
      : [{ path, expected: "a file that can be read", found: why, origin: given.get(path)?.origin ?? "default" }];
  });
}
