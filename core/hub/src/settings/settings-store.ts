import { type Actor, type Json, type TSchema, VatioError } from "@vatio/plugin-api";
import { Value } from "typebox/value";
import { badPaths } from "../bad-paths.js";
import type { AuditRecorder } from "../bus/command-bus.js";
import type { HubClock } from "../clock.js";
import type { StateDatabase } from "../store/types.js";
import { jsonText, jsonValue } from "./json-text.js";
import { SETTING_SCHEMAS } from "./setting-schemas.js";
import type { Settings } from "./types.js";

const MOST_BYTES = 65_536;

/** What the settings need. */
export interface SettingsOptions {
  readonly database: StateDatabase;
  readonly clock: HubClock;
  readonly audit: AuditRecorder;
  readonly publish: (type: "settings.changed", payload: { key: string }) => void;
  /** Settings beside the hub's own, by key. */
  readonly schemas?: Readonly<Record<string, TSchema>>;
}

interface Row {
  readonly key: string;
  readonly value: string;
}

/** Loads the settings from the database. A stored value that no longer fits its schema counts as not set. */
export async function createSettings(options: SettingsOptions): Promise<Settings> {
  const schemas = { ...SETTING_SCHEMAS, ...options.schemas };
  const rows = await options.database.all<Row>("SELECT key, value FROM settings");
  const known = rows
    .map(({ key, value }) => [key, jsonValue(value)] as const)
    .filter(([key, value]) => fits(schemas[key], value));
  return new StoredSettings(options, schemas, new Map(known));
}

const fits = (schema: TSchema | undefined, value: unknown): boolean =>
  schema !== undefined && Value.Check(schema, value);

class StoredSettings implements Settings {
  readonly #options: SettingsOptions;
  readonly #schemas: Readonly<Record<string, TSchema>>;
  readonly #values: Map<string, Json>;

  constructor(options: SettingsOptions, schemas: Readonly<Record<string, TSchema>>, values: Map<string, Json>) {
    this.#options = options;
    this.#schemas = schemas;
    this.#values = values;
  }

  get<T extends Json>(key: string): T | undefined {
    return this.#values.get(key) as T | undefined;
  }

  all(): Readonly<Record<string, Json>> {
    return Object.fromEntries([...this.#values].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  check(values: Readonly<Record<string, unknown>>): void {
    for (const [key, value] of Object.entries(values)) this.#text(key, value);
  }

  set(actor: Actor, key: string, value: Json): Promise<void> {
    return this.setAll(actor, { [key]: value });
  }

  async setAll(actor: Actor, values: Readonly<Record<string, Json>>): Promise<void> {
    const changes = Object.entries(values)
      .map(([key, value]) => ({ key, value, text: this.#text(key, value) }))
      .filter(({ key, text }) => text !== JSON.stringify(this.#values.get(key)));
    const { database, clock } = this.#options;
    await database.transaction(async (sql) => {
      for (const { key, text } of changes) {
        await sql.run(
          `INSERT INTO settings (key, value, updated_at, updated_by) VALUES (?, ?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
          [key, text, clock.now(), `${actor.kind}:${actor.id}`],
        );
      }
    });
    for (const { key, value } of changes) await this.#changed(actor, key, value);
  }

  async reset(actor: Actor, key: string): Promise<void> {
    if (!this.#values.has(key)) return;
    await this.#options.database.run("DELETE FROM settings WHERE key = ?", [key]);
    await this.#changed(actor, key, undefined);
  }

  async #changed(actor: Actor, key: string, value: Json | undefined): Promise<void> {
    const before = this.#values.get(key);
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, structuredClone(value));
    this.#options.publish("settings.changed", { key });
    const details = { before: before ?? null, after: value ?? null };
    await this.#options.audit.record({
      actor,
      what: "settings.set",
      resource: `setting:${key}`,
      outcome: "ok",
      details,
    });
  }

  #text(key: string, value: unknown): string {
    const schema = Object.hasOwn(this.#schemas, key) ? this.#schemas[key] : undefined;
    if (!schema)
      throw new VatioError(
        "E_SETTING_UNKNOWN",
        `There is no setting ${key}. The known ones are ${Object.keys(this.#schemas).sort().join(", ")}.`,
        { details: { key } },
      );
    const text = jsonText(value, { bytes: MOST_BYTES, code: "E_SETTING_INVALID", what: `The setting ${key}` });
    const paths = badPaths(schema, value, key);
    if (paths.length === 0) return text;
    const list = paths.map(({ path, problem }) => `${path} ${problem}`).join("; ");
    throw new VatioError("E_SETTING_INVALID", `The setting ${key} does not fit: ${list}.`, { details: { paths } });
  }
}
