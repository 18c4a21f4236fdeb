import { days, hours, type Instant, minutes, type UserId } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { type Random, secretText } from "../random.js";
import type { StateDatabase } from "../store/types.js";
import { sha256 } from "./hashing.js";
import type { Session } from "./types.js";

/** How long a session lives after its last use, and at most. */
const SHORT = { idle: hours(12), total: days(7) };
/** The same for those who stay signed in. */
const LONG = { idle: days(30), total: days(365) };
/** The sliding end is written down at most this often: a page that polls must not write with each request. */
const TOUCH_EVERY = minutes(10);
/** Sessions of one person; the oldest ends when one more begins. */
const SESSIONS_PER_USER = 50;

interface SessionRow {
  id: string;
  user_id: string;
  token_hash: string;
  csrf: string;
  stay: boolean;
  created_at: number;
  expires_at: number;
  seen_at: number;
}

interface StoredSession extends Session {
  readonly tokenHash: string;
  readonly startedAt: Instant;
  readonly seenAt: Instant;
}

const sessionOf = (row: SessionRow): StoredSession => ({
  id: row.id,
  user: row.user_id as UserId,
  csrf: row.csrf,
  stay: row.stay,
  tokenHash: row.token_hash,
  startedAt: row.created_at as Instant,
  expiresAt: row.expires_at as Instant,
  seenAt: row.seen_at as Instant,
});

/** What the session table works with. */
export interface SessionTableOptions {
  readonly database: StateDatabase;
  readonly clock: HubClock;
  readonly random: Random;
  readonly newId: () => string;
}

/** Signed-in browsers. The token itself is never stored, only its hash. */
export class SessionTable {
  readonly #options: SessionTableOptions;
  readonly #byHash = new Map<string, StoredSession>();

  constructor(options: SessionTableOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    const { clock, database } = this.#options;
    await database.run("DELETE FROM sessions WHERE expires_at <= ?", [clock.now()]);
    for (const row of await database.all<SessionRow>("SELECT * FROM sessions ORDER BY created_at"))
      this.#byHash.set(row.token_hash, sessionOf(row));
  }

  /** Begins a session. It ends 12 hours after its last use and after 7 days; 30 days and a year when the person wants to stay signed in. */
  async begin(user: UserId, stay: boolean, address: string): Promise<{ token: string; session: Session }> {
    const { clock, database, newId, random } = this.#options;
    const token = secretText(random);
    const now = clock.now();
    const session: StoredSession = {
      id: newId(),
      user,
      csrf: secretText(random, 18),
      stay,
      tokenHash: sha256(token),
      startedAt: now,
      expiresAt: endOf({ stay, startedAt: now }, now),
      seenAt: now,
    };
    await this.#endOldest(user);
    await database.run(
      "INSERT INTO sessions (id, user_id, token_hash, csrf, stay, created_at, expires_at, seen_at, address) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [session.id, user, session.tokenHash, session.csrf, stay, now, session.expiresAt, now, address],
    );
    this.#byHash.set(session.tokenHash, session);
    return { token, session };
  }

  /** The session of a token, and moves its end; undefined when it has ended or never was. */
  async use(token: string): Promise<Session | undefined> {
    const { clock } = this.#options;
    const session = this.#byHash.get(sha256(token));
    if (!session) return undefined;
    const now = clock.now();
    if (session.expiresAt <= now) return void (await this.#end(session));
    return now - session.seenAt < TOUCH_EVERY ? session : this.#touch(session, now);
  }

  async end(token: string): Promise<void> {
    const session = this.#byHash.get(sha256(token));
    if (session) await this.#end(session);
  }

  /** Ends every session of a person. */
  async endAll(user: UserId): Promise<void> {
    for (const session of this.#of(user)) this.#byHash.delete(session.tokenHash);
    await this.#options.database.run("DELETE FROM sessions WHERE user_id = ?", [user]);
  }

  #of(user: UserId): StoredSession[] {
    return [...this.#byHash.values()].filter((session) => session.user === user);
  }

  async #endOldest(user: UserId): Promise<void> {
    const own = this.#of(user);
    for (const session of own.slice(0, Math.max(0, own.length - SESSIONS_PER_USER + 1))) await this.#end(session);
  }

  async #end(session: StoredSession): Promise<void> {
    this.#byHash.delete(session.tokenHash);
    await this.#options.database.run("DELETE FROM sessions WHERE id = ?", [session.id]);
  }

  async #touch(session: StoredSession, now: Instant): Promise<Session> {
    const moved = { ...session, seenAt: now, expiresAt: endOf(session, now) };
    this.#byHash.set(session.tokenHash, moved);
    await this.#options.database.run("UPDATE sessions SET seen_at = ?, expires_at = ? WHERE id = ?", [
      now,
      moved.expiresAt,
      session.id,
    ]);
    return moved;
  }
}

/** When a session ends that is used now. */
function endOf({ stay, startedAt }: Pick<StoredSession, "stay" | "startedAt">, now: Instant): Instant {
  const { idle, total } = stay ? LONG : SHORT;
  return Math.min(now + idle, startedAt + total) as Instant;
}
