import { type Actor, hours, type Instant, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { type Random, secretText } from "../random.js";
import type { StateDatabase } from "../store/types.js";
import { sha256 } from "./hashing.js";
import type { ApiToken, TokenScope } from "./types.js";

const TOUCH_EVERY = hours(1);

interface TokenRow {
  id: string;
  name: string;
  scope: TokenScope;
  secret_hash: string;
  created_at: number;
  last_used_at: number | null;
}

const tokenOf = (row: TokenRow): ApiToken => ({
  id: row.id,
  name: row.name,
  scope: row.scope,
  createdAt: row.created_at as Instant,
  ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at as Instant }),
});

/** What the token table works with. */
export interface ApiTokenTableOptions {
  readonly database: StateDatabase;
  readonly clock: HubClock;
  readonly random: Random;
  readonly newId: () => string;
}

/** Tokens of machines: `vt_<scope>_<secret>`, shown once, stored as a hash. */
export class ApiTokenTable {
  readonly #options: ApiTokenTableOptions;
  readonly #byHash = new Map<string, ApiToken>();

  constructor(options: ApiTokenTableOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    for (const row of await this.#options.database.all<TokenRow>("SELECT * FROM tokens ORDER BY created_at"))
      this.#byHash.set(row.secret_hash, tokenOf(row));
  }

  all(): readonly ApiToken[] {
    return [...this.#byHash.values()];
  }

  get(id: string): ApiToken | undefined {
    return this.all().find((token) => token.id === id);
  }

  async create(name: string, scope: TokenScope): Promise<{ token: ApiToken; secret: string }> {
    const { clock, database, newId, random } = this.#options;
    const secret = `vt_${scope}_${secretText(random)}`;
    const token: ApiToken = { id: newId(), name, scope, createdAt: clock.now() };
    await database.run("INSERT INTO tokens (id, name, scope, secret_hash, created_at) VALUES (?, ?, ?, ?, ?)", [
      token.id,
      name,
      scope,
      sha256(secret),
      token.createdAt,
    ]);
    this.#byHash.set(sha256(secret), token);
    return { token, secret };
  }

  /** @throws E_TOKEN_UNKNOWN */
  async revoke(id: string): Promise<void> {
    const entry = [...this.#byHash].find(([, token]) => token.id === id);
    if (!entry) throw new VatioError("E_TOKEN_UNKNOWN", "There is no such token; it may have been revoked already.");
    this.#byHash.delete(entry[0]);
    await this.#options.database.run("DELETE FROM tokens WHERE id = ?", [id]);
  }

  /** Who shows this secret; notes the use at most once an hour. */
  async use(secret: string): Promise<{ actor: Actor; token: ApiToken } | undefined> {
    const hash = sha256(secret);
    const token = this.#byHash.get(hash);
    if (!token) return undefined;
    const now = this.#options.clock.now();
    if (now - (token.lastUsedAt ?? 0) >= TOUCH_EVERY) {
      this.#byHash.set(hash, { ...token, lastUsedAt: now });
      await this.#options.database.run("UPDATE tokens SET last_used_at = ? WHERE id = ?", [now, token.id]);
    }
    return { actor: { kind: "token", id: token.id }, token };
  }
}
