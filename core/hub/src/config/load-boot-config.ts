import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { BOOT_OPTIONS, optionAt } from "./boot-options.js";
import type { BootDocument } from "./boot-schema.js";
import { fileIssues, meaningIssue, togetherIssues } from "./check-meaning.js";
import { expectedBy, fits } from "./check-value.js";
import { type ConfigIssue, configError, type GivenValue, issueOf } from "./config-issue.js";
import { readConfigFile } from "./read-config-file.js";
import { type Environment, readEnvironment, suspiciousVariables } from "./read-environment.js";
import type { BootConfig, EmbeddedBrokerConfig, ExternalBrokerConfig } from "./types.js";

/** Where the configuration comes from. */
export interface LoadBootConfigOptions {
  /** The environment; wins over the file. */
  readonly env: Environment;
  /** Folder in which `vatio.yaml` is looked for, and to which paths in variables refer. */
  readonly cwd: string;
  /** Configuration file that must exist; `VATIO_CONFIG` when left out, then `vatio.yaml` if there is one. False: no file at all. */
  readonly file?: string | false;
  /** Wins over everything: the command line, tests. */
  readonly overrides?: BootDocument;
  /** Called with what is suspicious but no mistake. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Loads what the hub needs to boot: defaults, then the file, then the environment, then the overrides. Relative paths of the file
 * refer to its folder, all others to `cwd`.
 * @throws E_CONFIG_INVALID that names every bad path, what was expected and where the value came from.
 */
export function loadBootConfig(options: LoadBootConfigOptions): BootConfig {
  const file = fileOf(options);
  const contents = file === undefined ? { values: [], issues: [] } : readConfigFile(file);
  const layers = [
    defaults(options.cwd),
    contents.values,
    readEnvironment(options.env, options.cwd),
    flatten(options.overrides ?? {}, options.cwd),
  ];
  for (const warning of suspiciousVariables(options.env)) options.onWarning?.(warning);
  // Every layer is checked, also what a later one hides: a mistake in the file would come up once the variable is gone.
  const issues = [...contents.issues, ...layers.flatMap((layer) => layer.flatMap(valueIssues))];
  const given = new Map(layers.flat().map((value) => [value.path, value]));
  issues.push(...togetherIssues(given));
  if (issues.length > 0) throw configError(issues);
  const config = assemble(given);
  const unreadable = fileIssues(config, given);
  if (unreadable.length > 0) throw configError(unreadable);
  return config;
}

function fileOf({ file, env, cwd }: LoadBootConfigOptions): string | undefined {
  if (file === false) return undefined;
  const named = file ?? (env.VATIO_CONFIG?.trim() || undefined);
  if (named !== undefined) return resolve(cwd, named);
  const usual = resolve(cwd, "vatio.yaml");
  return existsSync(usual) ? usual : undefined;
}

function defaults(cwd: string): readonly GivenValue[] {
  return BOOT_OPTIONS.flatMap(({ path, schema }) =>
    schema.default === undefined ? [] : [{ path, value: schema.default, origin: "default", base: cwd }],
  );
}

function flatten(document: object, base: string, prefix = ""): GivenValue[] {
  return Object.entries(document).flatMap(([key, value]) => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    if (value === undefined) return [];
    if (!optionAt(path) && typeof value === "object" && value !== null && !Array.isArray(value))
      return flatten(value, base, path);
    return [{ path, value: value as unknown, origin: "command line", base }];
  });
}

function valueIssues(given: GivenValue): readonly ConfigIssue[] {
  const option = optionAt(given.path);
  if (!option) return [issueOf(given, "no such option")];
  if (!fits(option, given.value)) return [issueOf(given, expectedBy(option), option)];
  const issue = meaningIssue(given);
  return issue ? [issue] : [];
}

/** Typed access to checked values. */
class Given {
  readonly #values: ReadonlyMap<string, GivenValue>;

  constructor(values: ReadonlyMap<string, GivenValue>) {
    this.#values = values;
  }

  /** A value that has a default. */
  get<T>(path: string): T {
    return this.#values.get(path)?.value as T;
  }

  /** The named optional values that are present, by the last part of their path. */
  some(...paths: readonly string[]): Record<string, string> {
    const present = paths.flatMap((path) => {
      const value = optionAt(path)?.schema["x-path"] ? this.path(path) : this.get<string | undefined>(path);
      return value === undefined ? [] : [[path.slice(path.lastIndexOf(".") + 1), value] as const];
    });
    return Object.fromEntries(present);
  }

  /** An absolute path. */
  path(path: string): string | undefined {
    const given = this.#values.get(path);
    if (!given) return undefined;
    return given.value === ":memory:" ? ":memory:" : resolve(given.base, String(given.value));
  }
}

function assemble(values: ReadonlyMap<string, GivenValue>): BootConfig {
  const given = new Given(values);
  return {
    data: given.path("data") ?? "",
    bind: given.get("bind"),
    http: http(given),
    mqtt: given.get("mqtt.url") === undefined ? { embedded: embedded(given) } : { external: external(given) },
    log: {
      level: given.get("log.level"),
      retentionDays: given.get("log.retentionDays"),
      console: given.get("log.console"),
    },
    store: {
      commitMs: given.get("store.commitMs"),
      memoryMb: given.get("store.memoryMb"),
      minFreeMb: given.get("store.minFreeMb"),
    },
    plugins: {
      forceWorker: given.get("plugins.forceWorker"),
      allowInline: given.get("plugins.allowInline"),
      workerMemoryMb: given.get("plugins.workerMemoryMb"),
    },
  };
}

function http(given: Given): BootConfig["http"] {
  const { cert, key } = given.some("http.tls.cert", "http.tls.key");
  const base = {
    port: given.get<number>("http.port"),
    trustedProxies: given.get<readonly string[]>("http.trustedProxies"),
    ...given.some("http.publicUrl"),
  };
  return cert !== undefined && key !== undefined ? { ...base, tls: { cert, key } } : base;
}

function embedded(given: Given): EmbeddedBrokerConfig {
  const port = given.get<number>("mqtt.port");
  const { cert, key, ...ca } = given.some("mqtt.tls.cert", "mqtt.tls.key", "mqtt.tls.ca");
  return cert !== undefined && key !== undefined
    ? { port, tls: { port: given.get("mqtt.tls.port"), cert, key, ...ca } }
    : { port };
}

function external(given: Given): ExternalBrokerConfig {
  const tls = given.some("mqtt.tls.ca", "mqtt.tls.cert", "mqtt.tls.key", "mqtt.tls.serverName");
  const base = {
    url: given.get<string>("mqtt.url"),
    clientId: given.get<string>("mqtt.clientId"),
    ...given.some("mqtt.username", "mqtt.password"),
  };
  return Object.keys(tls).length === 0 ? base : { ...base, tls };
}
