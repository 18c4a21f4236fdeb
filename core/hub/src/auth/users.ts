import { type UserId, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { requireRegion } from "../require-region.js";
import type { StateDatabase } from "../store/types.js";
import type { User } from "./types.js";

interface UserRow {
  id: string;
  name: string;
  role: User["role"];
  language: User["language"];
  region: string;
  theme: User["theme"];
  password: string;
  created_at: number;
}

/** A person with the hash of the password. */
export interface StoredUser extends User {
  readonly password: string;
}

const userOf = (row: UserRow): StoredUser => ({
  id: row.id as UserId,
  name: row.name,
  role: row.role,
  language: row.language,
  region: row.region,
  theme: row.theme,
  password: row.password,
  createdAt: row.created_at as User["createdAt"],
});

const fold = (name: string): string => name.trim().normalize("NFC").toLocaleLowerCase("und");

/** People, in memory and in the state database. */
export class UserTable {
  readonly #database: StateDatabase;
  readonly #clock: HubClock;
  readonly #users = new Map<UserId, StoredUser>();

  constructor(database: StateDatabase, clock: HubClock) {
    this.#database = database;
    this.#clock = clock;
  }

  async load(): Promise<void> {
    for (const row of await this.#database.all<UserRow>("SELECT * FROM users ORDER BY created_at")) {
      const user = userOf(row);
      this.#users.set(user.id, user);
    }
  }

  get(id: UserId): StoredUser | undefined {
    return this.#users.get(id);
  }

  /** By name, without regard to case. */
  named(name: string): StoredUser | undefined {
    return this.all().find((user) => fold(user.name) === fold(name));
  }

  all(): readonly StoredUser[] {
    return [...this.#users.values()];
  }

  async add(user: StoredUser): Promise<void> {
    await this.#database.run(
      `INSERT INTO users (id, name, role, language, region, theme, password, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        user.id,
        user.name,
        user.role,
        user.language,
        user.region,
        user.theme,
        user.password,
        user.createdAt,
        user.createdAt,
      ],
    );
    this.#users.set(user.id, user);
  }

  /** @throws E_USER_UNKNOWN, E_NAME_TAKEN, E_REGION_INVALID */
  async update(id: UserId, change: Partial<Omit<StoredUser, "id" | "createdAt" | "role">>): Promise<StoredUser> {
    const known = this.#users.get(id);
    if (!known) throw new VatioError("E_USER_UNKNOWN", "There is no such person.");
    const other = change.name === undefined ? undefined : this.named(change.name);
    if (other && other.id !== id)
      throw new VatioError("E_NAME_TAKEN", "Somebody else has this name. Choose another one.");
    const user = { ...known, ...change };
    requireRegion(user.region);
    await this.#database.run(
      "UPDATE users SET name = ?, language = ?, region = ?, theme = ?, password = ?, updated_at = ? WHERE id = ?",
      [user.name, user.language, user.region, user.theme, user.password, this.#clock.now(), id],
    );
    this.#users.set(id, user);
    return user;
  }
}
