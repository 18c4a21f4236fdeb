import { minutes, type UserId } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { type Random, secretText } from "../random.js";
import type { StateDatabase } from "../store/types.js";
import { sha256 } from "./hashing.js";

const LIFE = minutes(15);
/** What `secretText` makes. Anything else needs no look into the database. */
const WELL_FORMED = /^[\w-]{20,128}$/;

/** Links that sign somebody in once, within 15 minutes: what the demo prints. */
export class LoginLinks {
  readonly #database: StateDatabase;
  readonly #clock: HubClock;
  readonly #random: Random;

  constructor(options: { readonly database: StateDatabase; readonly clock: HubClock; readonly random: Random }) {
    this.#database = options.database;
    this.#clock = options.clock;
    this.#random = options.random;
  }

  async create(user: UserId): Promise<string> {
    const link = secretText(this.#random);
    const now = this.#clock.now();
    await this.#database.run("DELETE FROM login_links WHERE expires_at <= ?", [now]);
    await this.#database.run(
      "INSERT INTO login_links (link_hash, user_id, created_at, expires_at) VALUES (?, ?, ?, ?)",
      [sha256(link), user, now, now + LIFE],
    );
    return link;
  }

  /** Whose link this is; it never works again. */
  async redeem(link: string): Promise<UserId | undefined> {
    const hash = sha256(link);
    // Strangers may ask at will: what cannot be a link takes no turn among the writers.
    if (!WELL_FORMED.test(link) || !(await this.#exists(hash))) return undefined;
    const rows = await this.#database.transaction(async (sql) => {
      const found = await sql.all<{ user_id: string; expires_at: number }>(
        "SELECT user_id, expires_at FROM login_links WHERE link_hash = ?",
        [hash],
      );
      await sql.run("DELETE FROM login_links WHERE link_hash = ?", [hash]);
      return found;
    });
    const [row] = rows;
    return row && row.expires_at > this.#clock.now() ? (row.user_id as UserId) : undefined;
  }

  async #exists(hash: string): Promise<boolean> {
    return (await this.#database.all("SELECT 1 FROM login_links WHERE link_hash = ?", [hash])).length > 0;
  }
}
