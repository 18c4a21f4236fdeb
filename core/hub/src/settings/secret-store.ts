import { createCipheriv, createDecipheriv } from "node:crypto";
import { type PluginId, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { Random } from "../random.js";
import type { StateDatabase } from "../store/types.js";
import type { SecretStore } from "./types.js";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MOST_CHARACTERS = 65_536;

/** What the secret store needs. */
export interface SecretStoreOptions {
  readonly database: Pick<StateDatabase, "all" | "run">;
  /** 32 bytes: see `loadSecretKey`. */
  readonly key: Uint8Array;
  readonly random: Random;
  readonly clock: HubClock;
}

/** Makes the secret store: each secret sealed on its own with AES-256-GCM (NIST SP 800-38D), bound to its owner and name. */
export const createSecretStore = (options: SecretStoreOptions): SecretStore => new SealedSecrets(options);

class SealedSecrets implements SecretStore {
  readonly #options: SecretStoreOptions;

  constructor(options: SecretStoreOptions) {
    this.#options = options;
  }

  async get(owner: string, name: string): Promise<string | undefined> {
    const [row] = await this.#options.database.all<{ sealed: Uint8Array }>(
      "SELECT sealed FROM secrets WHERE owner = ? AND name = ?",
      [owner, name],
    );
    return row && this.#open(owner, name, row.sealed);
  }

  async set(owner: string, name: string, value: string): Promise<void> {
    if (value === "" || value.length > MOST_CHARACTERS || name === "" || name.length > 200) {
      throw new VatioError(
        "E_SECRET_INVALID",
        `A secret has 1 to ${MOST_CHARACTERS} characters and a name. Delete it to take it away.`,
        { details: { owner, name } },
      );
    }
    await this.#options.database.run(
      `INSERT INTO secrets (owner, name, sealed, updated_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (owner, name) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at`,
      [owner, name, this.#seal(owner, name, value), this.#options.clock.now()],
    );
  }

  async delete(owner: string, name: string): Promise<void> {
    await this.#options.database.run("DELETE FROM secrets WHERE owner = ? AND name = ?", [owner, name]);
  }

  async names(owner: string): Promise<readonly string[]> {
    const rows = await this.#options.database.all<{ name: string }>(
      "SELECT name FROM secrets WHERE owner = ? ORDER BY name",
      [owner],
    );
    return rows.map(({ name }) => name);
  }

  async purge(plugin: PluginId): Promise<void> {
    await this.#options.database.run("DELETE FROM secrets WHERE owner = ?", [`plugin:${plugin}`]);
  }

  /** Nonce, ciphertext, tag. */
  #seal(owner: string, name: string, value: string): Uint8Array {
    const nonce = this.#options.random.bytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#options.key, nonce, { authTagLength: TAG_BYTES }).setAAD(
      boundTo(owner, name),
    );
    return new Uint8Array(Buffer.concat([nonce, cipher.update(value, "utf8"), cipher.final(), cipher.getAuthTag()]));
  }

  #open(owner: string, name: string, sealed: Uint8Array): string {
    try {
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const tag = sealed.subarray(sealed.length - TAG_BYTES);
      const decipher = createDecipheriv(CIPHER, this.#options.key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(boundTo(owner, name))
        .setAuthTag(tag);
      return decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
    } catch (cause) {
      const message = `The secret ${name} of ${owner} cannot be opened: it was stored with another key. Restore secret.key (or VATIO_SECRET_KEY) from the backup, or enter the secret again.`;
      throw new VatioError("E_SECRET_UNREADABLE", message, { cause, details: { owner, name } });
    }
  }
}

/** A record copied to another owner or name does not open there. */
const boundTo = (owner: string, name: string): Uint8Array => Buffer.from(JSON.stringify(["vatio.secret", owner, name]));
