import { type Document, type Instant, type Json, type KeyValue, type PluginId, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { Sql, StateDatabase } from "../store/types.js";
import { jsonText, jsonValue } from "./json-text.js";

/** How much one owner may keep. */
export interface DocumentLimits {
  readonly keyCharacters: number;
  readonly valueBytes: number;
  readonly documents: number;
  readonly totalBytes: number;
}

const LIMITS: DocumentLimits = {
  keyCharacters: 512,
  valueBytes: 1_048_576,
  documents: 50_000,
  totalBytes: 104_857_600,
};

/** JSON documents of plugins and of parts of the hub, apart from each other. */
export interface Documents {
  /** The documents of an owner: a part of the hub. */
  of(owner: string): KeyValue;
  forPlugin(plugin: PluginId): KeyValue;
  /** Takes all documents of a plugin away. */
  purge(plugin: PluginId): Promise<void>;
}

/** What the documents need. */
export interface DocumentsOptions {
  readonly database: StateDatabase;
  readonly clock: HubClock;
  readonly limits?: Partial<DocumentLimits>;
}

/** Makes the documents. */
export function createDocuments({ database, clock, limits = {} }: DocumentsOptions): Documents {
  const owners = new Map<string, OwnerDocuments>();
  const of = (owner: string): OwnerDocuments => {
    const found = owners.get(owner) ?? new OwnerDocuments({ owner, database, clock, limits: { ...LIMITS, ...limits } });
    owners.set(owner, found);
    return found;
  };
  return { of, forPlugin: (plugin) => of(`plugin:${plugin}`), purge: (plugin) => of(`plugin:${plugin}`).clear() };
}

interface Row {
  readonly key: string;
  readonly value: string;
  readonly version: number;
  readonly updated_at: number;
}

interface Stored {
  readonly version: number;
  readonly bytes: number;
}

const ABSENT: Stored = { version: 0, bytes: 0 };

class OwnerDocuments implements KeyValue {
  readonly #owner: string;
  readonly #database: StateDatabase;
  readonly #clock: HubClock;
  readonly #limits: DocumentLimits;
  /** What is kept, counted once and then carried on. Read and written inside transactions only: they run one after the other. */
  #usage: { documents: number; bytes: number } | undefined;

  constructor(options: {
    readonly owner: string;
    readonly database: StateDatabase;
    readonly clock: HubClock;
    readonly limits: DocumentLimits;
  }) {
    this.#owner = options.owner;
    this.#database = options.database;
    this.#clock = options.clock;
    this.#limits = options.limits;
  }

  async get<T extends Json = Json>(key: string): Promise<Document<T> | undefined> {
    this.#checkKey(key);
    const [row] = await this.#database.all<Row>(
      "SELECT key, value, version, updated_at FROM documents WHERE owner = ? AND key = ?",
      [this.#owner, key],
    );
    return row && documentOf<T>(row);
  }

  async set(key: string, value: Json): Promise<Document> {
    const text = this.#text(key, value);
    return this.#change(async (sql) => this.#store(sql, { key, text, old: await this.#stored(sql, key) }));
  }

  async compareAndSet(key: string, version: number, value: Json): Promise<Document | undefined> {
    const text = this.#text(key, value);
    return this.#change(async (sql) => {
      const old = await this.#stored(sql, key);
      return old.version === version ? this.#store(sql, { key, text, old }) : undefined;
    });
  }

  async delete(key: string): Promise<boolean> {
    this.#checkKey(key);
    return this.#change(async (sql) => {
      const old = await this.#stored(sql, key);
      if (old.version === 0) return false;
      await sql.run("DELETE FROM documents WHERE owner = ? AND key = ?", [this.#owner, key]);
      this.#count(-1, -old.bytes);
      return true;
    });
  }

  async list(prefix: string): Promise<readonly Document[]> {
    if (prefix !== "") this.#checkKey(prefix);
    const statement =
      "SELECT key, value, version, updated_at FROM documents WHERE owner = ? AND starts_with(key, ?) ORDER BY key";
    return (await this.#database.all<Row>(statement, [this.#owner, prefix])).map((row) => documentOf(row));
  }

  /** Takes all documents away. */
  clear(): Promise<void> {
    return this.#change(async (sql) => {
      await sql.run("DELETE FROM documents WHERE owner = ?", [this.#owner]);
      this.#usage = { documents: 0, bytes: 0 };
    });
  }

  /** A transaction that fails leaves the count in doubt: it is then taken anew. */
  async #change<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      return await this.#database.transaction(work);
    } catch (error) {
      this.#usage = undefined;
      throw error;
    }
  }

  async #stored(sql: Sql, key: string): Promise<Stored> {
    const [row] = await sql.all<Stored>(
      "SELECT version, strlen(value) AS bytes FROM documents WHERE owner = ? AND key = ?",
      [this.#owner, key],
    );
    return row ?? ABSENT;
  }

  async #store(sql: Sql, { key, text, old }: { key: string; text: string; old: Stored }): Promise<Document> {
    const added = Buffer.byteLength(text) - old.bytes;
    await this.#requireRoom(sql, old.version === 0 ? 1 : 0, added);
    const row: Row = { key, value: text, version: old.version + 1, updated_at: this.#clock.now() };
    await sql.run(
      `INSERT INTO documents (owner, key, value, version, updated_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (owner, key) DO UPDATE SET value = excluded.value, version = excluded.version, updated_at = excluded.updated_at`,
      [this.#owner, key, row.value, row.version, row.updated_at],
    );
    this.#count(old.version === 0 ? 1 : 0, added);
    return documentOf(row);
  }

  async #requireRoom(sql: Sql, documents: number, bytes: number): Promise<void> {
    const usage = this.#usage ?? (await this.#measure(sql));
    this.#usage = usage;
    const { documents: mostDocuments, totalBytes } = this.#limits;
    if (
      (documents <= 0 || usage.documents + documents <= mostDocuments) &&
      (bytes <= 0 || usage.bytes + bytes <= totalBytes)
    )
      return;
    const message = `${this.#owner} keeps ${usage.documents} documents of ${usage.bytes} bytes; at most ${mostDocuments} of ${totalBytes} are kept. Delete some.`;
    throw new VatioError("E_KV_FULL", message, { details: { ...usage } });
  }

  async #measure(sql: Sql): Promise<{ documents: number; bytes: number }> {
    const statement =
      "SELECT count(*) AS documents, coalesce(sum(strlen(value)), 0)::BIGINT AS bytes FROM documents WHERE owner = ?";
    const [usage] = await sql.all<{ documents: number; bytes: number }>(statement, [this.#owner]);
    return usage ?? { documents: 0, bytes: 0 };
  }

  #count(documents: number, bytes: number): void {
    if (!this.#usage) return;
    this.#usage.documents += documents;
    this.#usage.bytes += bytes;
  }

  #text(key: string, value: Json): string {
    this.#checkKey(key);
    return jsonText(value, { bytes: this.#limits.valueBytes, code: "E_KV_INVALID", what: `The document ${key}` });
  }

  #checkKey(key: string): void {
    const most = this.#limits.keyCharacters;
    // NUL and lone surrogates do not survive the database: two keys could become one.
    if (typeof key === "string" && key.length > 0 && key.length <= most && !/\0|\p{Surrogate}/u.test(key)) return;
    throw new VatioError("E_KV_INVALID", `A key is a text of 1 to ${most} characters.`);
  }
}

const documentOf = <T extends Json>({ key, value, version, updated_at }: Row): Document<T> => ({
  key,
  value: jsonValue<T>(value),
  version,
  updatedAt: updated_at as Instant,
});
