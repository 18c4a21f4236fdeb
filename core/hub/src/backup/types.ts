import { type Instant, type Static, Type } from "@vatio/plugin-api";

const closed = { additionalProperties: false } as const;
const hash = Type.String({ pattern: "^[0-9a-f]{64}$", description: "SHA-256, hex" });
const bytes = Type.Integer({ minimum: 0 });
const name = Type.String({ minLength: 1, maxLength: 4_096 });

/** Files of the databases: their names in the data folder and in a backup. */
export const DATABASES = ["state.duckdb", "telemetry.duckdb"] as const;
export type DatabaseName = (typeof DATABASES)[number];

/** A copied database. */
export const DatabaseEntry = Type.Object(
  {
    name: Type.Enum([...DATABASES]),
    /** Number of the last migration that it has. */
    schema: Type.Integer({ minimum: 0 }),
    bytes,
    hash,
    /** Rows by table. */
    tables: Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
  },
  closed,
);
export type DatabaseEntry = Static<typeof DatabaseEntry>;

/** A sealed file of readings; its content is in the pool. */
export const ReadingsEntry = Type.Object({ path: name, hash, bytes, rows: Type.Integer({ minimum: 0 }) }, closed);
export type ReadingsEntry = Static<typeof ReadingsEntry>;

/** A file of a plugin; its content is in the pool. */
export const FileEntry = Type.Object(
  { path: name, hash, bytes, mode: Type.Integer({ minimum: 0, maximum: 0o777 }), modifiedMs: Type.Number() },
  closed,
);
export type FileEntry = Static<typeof FileEntry>;

/** Energy of a channel in a month (UTC), in Wh. */
export const EnergyEntry = Type.Object(
  {
    channel: Type.String(),
    month: Type.String({ pattern: "^\\d{4,6}-\\d{2}$" }),
    importWh: Type.Number(),
    exportWh: Type.Number(),
  },
  closed,
);
export type EnergyEntry = Static<typeof EnergyEntry>;

/** The key of the secrets, sealed with a passphrase. Binary parts are base64. */
export const SealedKey = Type.Object(
  {
    kdf: Type.Enum(["scrypt"]),
    n: Type.Integer({ minimum: 2, maximum: 2 ** 20 }),
    r: Type.Integer({ minimum: 1, maximum: 32 }),
    p: Type.Integer({ minimum: 1, maximum: 16 }),
    salt: Type.String({ maxLength: 200 }),
    nonce: Type.String({ maxLength: 200 }),
    sealed: Type.String({ maxLength: 400 }),
  },
  closed,
);
export type SealedKey = Static<typeof SealedKey>;

/** Version of the form of `backup.json`. */
export const BACKUP_VERSION = 1;

/** `backup.json`: what a backup holds. It is written last: a folder without it is no backup. */
export const BackupManifest = Type.Object(
  {
    format: Type.Enum(["vatio-backup"]),
    version: Type.Integer({ minimum: 1 }),
    madeAt: Type.Number(),
    time: Type.String(),
    kind: Type.Enum(["scheduled", "manual"]),
    hub: Type.Object({ version: Type.String() }, closed),
    databases: Type.Array(DatabaseEntry, { minItems: 2, maxItems: 2 }),
    readings: Type.Array(ReadingsEntry),
    files: Type.Array(FileEntry),
    energy: Type.Array(EnergyEntry),
    secretKey: Type.Object(
      {
        /** Tells whether a key is the right one; nothing can be learnt from it. */
        check: Type.Optional(hash),
        /** Absent: the key is not in the backup. */
        sealed: Type.Optional(SealedKey),
      },
      closed,
    ),
    /** What could not be copied, as sentences: the backup is good for all the rest. */
    missing: Type.Array(Type.String()),
  },
  closed,
);
export type BackupManifest = Static<typeof BackupManifest>;

/** `verified.json`: what a trial restore found. */
export const Verification = Type.Object(
  {
    at: Type.Number(),
    ok: Type.Boolean(),
    problems: Type.Array(Type.String()),
    files: Type.Integer({ minimum: 0 }),
    bytes,
    rows: Type.Integer({ minimum: 0 }),
    months: Type.Integer({ minimum: 0 }),
    tookMs: Type.Number(),
  },
  closed,
);
export type Verification = Static<typeof Verification>;

/** `good`: restored on trial and equal. `bad`: the trial failed. `unverified`: not tried yet. `unreadable`: its manifest cannot be read. */
export type BackupState = "good" | "bad" | "unverified" | "unreadable";

/** A backup in a folder of backups. */
export interface BackupInfo {
  /** Name of its folder. */
  readonly id: string;
  readonly folder: string;
  readonly state: BackupState;
  readonly madeAt?: Instant;
  readonly kind?: "scheduled" | "manual";
  readonly hubVersion?: string;
  /** All that it needs, with what it shares with others. */
  readonly bytes?: number;
  readonly rows?: number;
  readonly hasKey?: boolean;
  readonly missing: readonly string[];
  readonly problems: readonly string[];
  readonly verifiedAt?: Instant;
}
