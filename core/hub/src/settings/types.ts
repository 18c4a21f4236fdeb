import type { Actor, Json, PluginId } from "@vatio/plugin-api";

/** What a person changes in the interface: in the database, audited. */
export interface Settings {
  get<T extends Json>(key: string): T | undefined;
  /** @throws E_SETTING_UNKNOWN, E_SETTING_INVALID */
  set(actor: Actor, key: string, value: Json): Promise<void>;
  /** Sets all of them or, when one is wrong, none. @throws E_SETTING_UNKNOWN, E_SETTING_INVALID */
  setAll(actor: Actor, values: Readonly<Record<string, Json>>): Promise<void>;
  /** Back to the default. */
  reset(actor: Actor, key: string): Promise<void>;
  /** Whether `setAll` would take the values. @throws E_SETTING_UNKNOWN, E_SETTING_INVALID */
  check(values: Readonly<Record<string, unknown>>): void;
  /** Every setting, for one YAML document. */
  all(): Readonly<Record<string, Json>>;
}

/** Encrypted secrets, by owner (`plugin:<id>`, `mqtt`, `hub`) and name. */
export interface SecretStore {
  /** @throws E_SECRET_UNREADABLE when it was stored with another key. */
  get(owner: string, name: string): Promise<string | undefined>;
  /** @throws E_SECRET_INVALID */
  set(owner: string, name: string, value: string): Promise<void>;
  delete(owner: string, name: string): Promise<void>;
  names(owner: string): Promise<readonly string[]>;
  /** Takes all that a plugin had away. */
  purge(plugin: PluginId): Promise<void>;
}
