import { type DeviceId, type Instant, type Log, type PluginId, Type } from "@vatio/plugin-api";
import { Compile } from "typebox/compile";
import type { StateDatabase } from "../store/types.js";
import type { MqttCredential } from "./types.js";

/** A credential with what only the broker needs. */
export interface StoredCredential extends MqttCredential {
  readonly secretHash: string;
  /** Driver of its device, for the kind `device`. */
  readonly driver?: PluginId;
}

interface CredentialRow {
  readonly id: string;
  readonly kind: string;
  readonly username: string;
  readonly secret_hash: string;
  readonly device: string | null;
  readonly publish: string;
  readonly subscribe: string;
  readonly created_at: number;
  readonly last_used_at: number | null;
  readonly details: string;
}

const Filters = Type.Array(Type.String());
const Content = Compile(
  Type.Object({
    kind: Type.Union([Type.Literal("device"), Type.Literal("integration"), Type.Literal("onboarding")]),
    publish: Filters,
    subscribe: Filters,
    details: Type.Object({ driver: Type.Optional(Type.String()), wireId: Type.Optional(Type.String()) }),
  }),
);

const COLUMNS = "id, kind, username, secret_hash, device, publish, subscribe, created_at, last_used_at, details";
const UPSERT = `INSERT INTO mqtt_credentials (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET username = excluded.username, secret_hash = excluded.secret_hash, publish = excluded.publish,
  subscribe = excluded.subscribe, details = excluded.details`;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fromRow(row: CredentialRow): StoredCredential | undefined {
  const content: unknown = {
    kind: row.kind,
    publish: parseJson(row.publish),
    subscribe: parseJson(row.subscribe),
    details: parseJson(row.details),
  };
  if (!Content.Check(content)) return undefined;
  const { kind, publish, subscribe, details } = content;
  return {
    id: row.id,
    kind,
    username: row.username,
    secretHash: row.secret_hash,
    publish,
    subscribe,
    createdAt: row.created_at as Instant,
    ...(row.device !== null && { device: row.device as DeviceId }),
    ...(row.last_used_at !== null && { lastUsedAt: row.last_used_at as Instant }),
    ...(details.driver !== undefined && { driver: details.driver as PluginId }),
    ...(details.wireId !== undefined && { wireId: details.wireId }),
  };
}

/** Credentials in the table `mqtt_credentials`. */
export class CredentialStore {
  readonly #state: StateDatabase;
  readonly #log: Log;

  constructor(state: StateDatabase, log: Log) {
    this.#state = state;
    this.#log = log;
  }

  /** Every credential that can be read; what cannot is logged, left alone and lets nobody in. */
  async all(): Promise<StoredCredential[]> {
    const rows = await this.#state.all<CredentialRow>(
      `SELECT ${COLUMNS} FROM mqtt_credentials ORDER BY created_at, id`,
    );
    return rows.flatMap((row) => {
      const credential = fromRow(row);
      if (!credential)
        this.#log.error("A stored MQTT credential cannot be read and is ignored; delete it and make a new one.", {
          id: row.id,
        });
      return credential ?? [];
    });
  }

  /** Adds or replaces one. */
  async put(credential: StoredCredential): Promise<void> {
    const { id, kind, username, secretHash, device, publish, subscribe, createdAt, lastUsedAt, driver, wireId } =
      credential;
    await this.#state.run(UPSERT, [
      id,
      kind,
      username,
      secretHash,
      device ?? null,
      JSON.stringify(publish),
      JSON.stringify(subscribe),
      createdAt,
      lastUsedAt ?? null,
      JSON.stringify({ driver, wireId }),
    ]);
  }

  async delete(id: string): Promise<void> {
    await this.#state.run("DELETE FROM mqtt_credentials WHERE id = ?", [id]);
  }

  async used(id: string, at: Instant): Promise<void> {
    await this.#state.run("UPDATE mqtt_credentials SET last_used_at = ? WHERE id = ?", [at, id]);
  }
}
