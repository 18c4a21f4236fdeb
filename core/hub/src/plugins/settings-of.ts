import { type Json, type Manifest, VatioError } from "@vatio/plugin-api";
import { deepFreeze } from "../bus/deep-freeze.js";
import {
  type ConfigProblem,
  configInvalid,
  configProblems,
  migrateConfig,
  type SplitConfig,
  secretProblem,
  splitSecrets,
  withDefaults,
} from "./config-schema.js";
import type { PluginMemory } from "./plugin-memory.js";
import type { MigrateStep } from "./runtime.js";

/**
 * The settings for a run: what a person entered, led to the present version, checked, with defaults.
 * @throws E_CONFIG_INVALID listing every bad path
 */
export async function settingsForRun(manifest: Manifest, memory: PluginMemory, migrate: MigrateStep): Promise<unknown> {
  const stored = { config: memory.config ?? {}, version: memory.configVersion };
  const migrated = await migrateConfig(stored, manifest.configVersion, migrate);
  const complete = withDefaults(manifest.config, migrated);
  const problems = configProblems(manifest.config, complete);
  if (problems.length > 0) throw configInvalid(manifest.id, problems);
  if (memory.config !== undefined && memory.configVersion !== manifest.configVersion) {
    memory.config = migrated as Json;
    memory.configVersion = manifest.configVersion;
    await memory.save();
  }
  return deepFreeze(structuredClone(complete));
}

/** Settings that a person entered, ready to be stored. */
export interface EnteredSettings {
  readonly config: Json;
  /** Null takes a secret away. */
  readonly secrets: Readonly<Record<string, string | null>>;
}

/**
 * Checks what a person entered; secrets among the settings are taken out of them.
 * @throws E_CONFIG_INVALID listing every bad path
 */
export function checkEntered(
  { id, config: schema }: Manifest,
  config: unknown,
  secrets: Readonly<Record<string, unknown>>,
): EnteredSettings {
  const split = splitSecrets(schema, config);
  const all = { ...split.secrets, ...secrets };
  const problems = enteredProblems(schema, { config: split.config, secrets: all });
  if (problems.length > 0) throw configInvalid(id, problems);
  return { config: asJson(id, split.config), secrets: all as Readonly<Record<string, string | null>> };
}

/** What is wrong with settings that a person entered; secrets may be among them. */
export const settingsProblems = ({ config: schema }: Manifest, config: unknown): readonly ConfigProblem[] =>
  enteredProblems(schema, splitSecrets(schema, config));

function enteredProblems(schema: Manifest["config"], { config, secrets }: SplitConfig): readonly ConfigProblem[] {
  return [
    ...configProblems(schema, withDefaults(schema, config)),
    ...Object.entries(secrets).flatMap(([name, value]) => secretProblem(schema, name, value) ?? []),
  ];
}

function asJson(id: string, config: unknown): Json {
  const json = JSON.stringify(config);
  if (json !== undefined) return JSON.parse(json) as Json;
  throw new VatioError("E_CONFIG_INVALID", `The settings of ${id} are not JSON.`);
}
