import { type Migration, runAll } from "../migration.js";

/*
 * Conventions of `state.duckdb`
 * - Instants are BIGINT milliseconds since the epoch, UTC, in columns that end in `_at`.
 * - Structured values are JSON in TEXT columns; `details` takes what has no column of its own yet ("{}" when there is nothing).
 * - Optional values are NULL. Ids, hashes and enumerations are TEXT as in the TypeScript types.
 * - Small tables have a PRIMARY KEY, so that `INSERT … ON CONFLICT (…) DO UPDATE SET … = excluded.…` works. Tables that only grow
 *   (audit, system_log) have none. No other indexes: they make replay after a crash fragile and gain nothing at this size.
 * - No foreign keys: DuckDB checks them row by row and then refuses harmless updates. Owners delete what belongs to them.
 */

const PLACES = [
  `CREATE TABLE sites (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, zone TEXT NOT NULL, currency TEXT NOT NULL, language TEXT NOT NULL, region TEXT NOT NULL,
    nominal_voltage DOUBLE NOT NULL, phases INTEGER NOT NULL, created_at BIGINT NOT NULL, details TEXT NOT NULL DEFAULT '{}')`,
  `CREATE TABLE points (
    id TEXT PRIMARY KEY, site TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, parent TEXT, location TEXT, icon TEXT,
    power_ceiling DOUBLE, protected BOOLEAN NOT NULL DEFAULT false, color INTEGER NOT NULL, created_at BIGINT NOT NULL,
    details TEXT NOT NULL DEFAULT '{}')`,
  // to_at NULL: measures the point now.
  "CREATE TABLE assignments (point TEXT NOT NULL, channel TEXT NOT NULL, from_at BIGINT NOT NULL, to_at BIGINT)",
];

const DEVICES = [
  `CREATE TABLE devices (
    id TEXT PRIMARY KEY, driver TEXT NOT NULL, hardware_id TEXT NOT NULL, name TEXT NOT NULL, model TEXT, firmware TEXT, address TEXT,
    state TEXT NOT NULL, added_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, accepted_at BIGINT, details TEXT NOT NULL DEFAULT '{}')`,
  // number: gone with migration 2; never write it. metrics: JSON array. position: order within the device.
  `CREATE TABLE channels (
    id TEXT PRIMARY KEY, device TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, metrics TEXT NOT NULL DEFAULT '[]',
    switchable BOOLEAN NOT NULL DEFAULT false, phase INTEGER, position INTEGER NOT NULL DEFAULT 0, details TEXT NOT NULL DEFAULT '{}',
    number INTEGER)`,
];

const DOCUMENTS = [
  // ctx.kv: owner is `plugin:<id>` or a part of the hub.
  `CREATE TABLE documents (
    owner TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, version BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    PRIMARY KEY (owner, key))`,
  "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at BIGINT NOT NULL, updated_by TEXT)",
  // sealed: nonce, ciphertext and tag as the secret store writes them.
  `CREATE TABLE secrets (
    owner TEXT NOT NULL, name TEXT NOT NULL, sealed BLOB NOT NULL, updated_at BIGINT NOT NULL, PRIMARY KEY (owner, name))`,
];

const PEOPLE = [
  // password: the hash in its own text format, parameters and salt included.
  `CREATE TABLE users (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, language TEXT NOT NULL, region TEXT NOT NULL, theme TEXT NOT NULL,
    password TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, details TEXT NOT NULL DEFAULT '{}')`,
  // A token is stored as its hash only. previous_hash: the one before the last rotation, to notice its reuse.
  `CREATE TABLE sessions (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL, token_hash TEXT NOT NULL, previous_hash TEXT, csrf TEXT NOT NULL,
    stay BOOLEAN NOT NULL DEFAULT false, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, rotated_at BIGINT,
    address TEXT, details TEXT NOT NULL DEFAULT '{}')`,
  "CREATE TABLE login_links (link_hash TEXT PRIMARY KEY, user_id TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL)",
  `CREATE TABLE tokens (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, scope TEXT NOT NULL, secret_hash TEXT NOT NULL, created_by TEXT, created_at BIGINT NOT NULL,
    last_used_at BIGINT, details TEXT NOT NULL DEFAULT '{}')`,
  // A share of a resource (kind `site` or `point`) with a person; for a later version.
  `CREATE TABLE grants (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL, resource_kind TEXT NOT NULL, resource_id TEXT NOT NULL, role TEXT NOT NULL, label TEXT,
    created_at BIGINT NOT NULL, details TEXT NOT NULL DEFAULT '{}')`,
];

const MQTT = [
  // publish and subscribe: JSON arrays of filters. secret: hash, or sealed where a person must be able to read it again.
  `CREATE TABLE mqtt_credentials (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, username TEXT NOT NULL, secret_hash TEXT NOT NULL, device TEXT,
    publish TEXT NOT NULL DEFAULT '[]', subscribe TEXT NOT NULL DEFAULT '[]', created_at BIGINT NOT NULL, last_used_at BIGINT,
    details TEXT NOT NULL DEFAULT '{}')`,
  `CREATE TABLE retained_messages (
    topic TEXT PRIMARY KEY, payload BLOB NOT NULL, qos INTEGER NOT NULL, received_at BIGINT NOT NULL, client TEXT, properties TEXT)`,
];

const OPERATION = [
  `CREATE TABLE audit (
    done_at BIGINT NOT NULL, actor_kind TEXT NOT NULL, actor_id TEXT NOT NULL, actor_via TEXT, what TEXT NOT NULL, resource TEXT NOT NULL,
    outcome TEXT NOT NULL, details TEXT)`,
  // level: 0 debug, 1 info, 2 warn, 3 error, so that "this level and worse" is one comparison.
  "CREATE TABLE system_log (logged_at BIGINT NOT NULL, level UTINYINT NOT NULL, source TEXT NOT NULL, message TEXT NOT NULL, fields TEXT)",
  // state: what must survive a restart: `enabled`, `disabled` (by a person), `quarantined`. crashes and permissions_used: JSON.
  `CREATE TABLE plugin_state (
    plugin TEXT PRIMARY KEY, state TEXT NOT NULL, reason TEXT, isolation TEXT, config TEXT NOT NULL DEFAULT '{}',
    config_version INTEGER NOT NULL DEFAULT 1, crashes TEXT NOT NULL DEFAULT '[]', permissions_used TEXT NOT NULL DEFAULT '{}',
    updated_at BIGINT NOT NULL, details TEXT NOT NULL DEFAULT '{}')`,
];

// Their services come with a later version; title, body and evidence are JSON of a Text or of its parameters.
const LATER = [
  `CREATE TABLE alerts (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, point TEXT, site TEXT, severity TEXT NOT NULL, title TEXT NOT NULL, body TEXT,
    state TEXT NOT NULL, since_at BIGINT NOT NULL, changed_at BIGINT NOT NULL, resolved_at BIGINT, snoozed_until_at BIGINT, changed_by TEXT,
    details TEXT NOT NULL DEFAULT '{}')`,
  `CREATE TABLE insights (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, point TEXT, site TEXT, title TEXT NOT NULL, body TEXT NOT NULL, saving_per_year TEXT,
    state TEXT NOT NULL, created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL, details TEXT NOT NULL DEFAULT '{}')`,
  `CREATE TABLE notifications (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL, channel TEXT NOT NULL, severity TEXT NOT NULL, title TEXT NOT NULL, body TEXT,
    state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, created_at BIGINT NOT NULL, sent_at BIGINT,
    details TEXT NOT NULL DEFAULT '{}')`,
];

/** Schema of the first release. */
export const initialState: Migration = {
  version: 1,
  name: "initial",
  up: (sql) => runAll(sql, [...PLACES, ...DEVICES, ...DOCUMENTS, ...PEOPLE, ...MQTT, ...OPERATION, ...LATER]),
};
