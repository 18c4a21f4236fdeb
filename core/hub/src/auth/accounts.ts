import { type Actor, type UserId, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { type Random, readableCode } from "../random.js";
import type { SiteRegistry } from "../registry/types.js";
import type { StateDatabase } from "../store/types.js";
import { ApiTokenTable } from "./api-tokens.js";
import { AttemptLimiter, SHARED_LIMITS } from "./attempt-limiter.js";
import type { AuditLog } from "./audit-log.js";
import { sameText } from "./hashing.js";
import { LoginLinks } from "./login-links.js";
import { checkPassword, hashPassword, SCRYPT_COST, type ScryptCost } from "./password-hash.js";
import { requireGoodPassword } from "./password-rules.js";
import { SessionTable } from "./sessions.js";
import type { Accounts, ApiToken, Session, SetupAnswers, TokenScope, User } from "./types.js";
import { type StoredUser, UserTable } from "./users.js";

/** What accounts work with. */
export interface AccountsOptions {
  readonly database: StateDatabase;
  readonly clock: HubClock;
  readonly random: Random;
  readonly newId: () => string;
  readonly sites: SiteRegistry;
  readonly audit: AuditLog;
  /** Lower in tests only. */
  readonly cost?: ScryptCost;
}

interface SignedIn {
  readonly user: User;
  readonly token: string;
  readonly session: Session;
}

const NOBODY: Actor = { kind: "anonymous", id: "anonymous" };
const actorOf = (id: UserId): Actor => ({ kind: "user", id });

// One answer for an unknown name and for a wrong password: it must not tell who has an account.
const loginFailed = (): VatioError => new VatioError("E_LOGIN_FAILED", "Name or password is wrong. Try again.");

const publicUser = ({ password: _password, ...user }: StoredUser): User => user;

/** Key of set-up among the shared limits; no name of a person holds a line break. */
const SETUP = "\nset-up";

/** Four and four characters, as the log prints it. */
const newSetupCode = (random: Random): string => `${readableCode(random, 4)}-${readableCode(random, 4)}`;

/** The tables that accounts are made of. */
interface Tables {
  readonly users: UserTable;
  readonly sessions: SessionTable;
  readonly tokens: ApiTokenTable;
  readonly links: LoginLinks;
}

/** Accounts, sessions, tokens and first-run set-up over the state database. */
export async function createAccounts(options: AccountsOptions): Promise<Accounts> {
  const { clock, database, random } = options;
  const tables: Tables = {
    users: new UserTable(database, clock),
    sessions: new SessionTable(options),
    tokens: new ApiTokenTable(options),
    links: new LoginLinks(options),
  };
  await Promise.all([tables.users.load(), tables.sessions.load(), tables.tokens.load()]);
  const decoy = await hashPassword("nobody's password", random, options.cost ?? SCRYPT_COST);
  return new StoredAccounts(options, tables, decoy);
}

class StoredAccounts implements Accounts {
  readonly #options: AccountsOptions;
  readonly #cost: ScryptCost;
  readonly #tables: Tables;
  /** By address, and by person who changes a password. */
  readonly #limiter: AttemptLimiter;
  /** By what anybody can name. */
  readonly #shared: AttemptLimiter;
  readonly #setupCode: string;
  // Checked when the name is not known, so that the answer takes as long as for a known one.
  readonly #decoy: string;
  #settingUp = false;

  constructor(options: AccountsOptions, tables: Tables, decoy: string) {
    this.#options = options;
    this.#cost = options.cost ?? SCRYPT_COST;
    this.#tables = tables;
    this.#limiter = new AttemptLimiter(options.clock);
    this.#shared = new AttemptLimiter(options.clock, SHARED_LIMITS);
    this.#setupCode = newSetupCode(options.random);
    this.#decoy = decoy;
  }

  get needsSetup(): boolean {
    return this.#tables.users.all().length === 0;
  }

  get setupCode(): string | undefined {
    return this.needsSetup ? this.#setupCode : undefined;
  }

  async setup(answers: SetupAnswers, address: string): Promise<SignedIn> {
    this.#requireSetup(answers, address);
    this.#settingUp = true;
    try {
      const user = await this.#createFirst(answers);
      await this.#audit(actorOf(user.id), "hub.set-up", "ok");
      return await this.#signIn(user, true, address);
    } finally {
      this.#settingUp = false;
    }
  }

  async login(name: string, password: string, stay: boolean, address: string): Promise<SignedIn> {
    const account = name.trim().toLowerCase();
    this.#limiter.require(address);
    this.#shared.require(account);
    // Counted before the slow check, so that many attempts at once do not slip through together.
    this.#limiter.failed(address);
    this.#shared.failed(account);
    const user = await this.#verify(name, password);
    await this.#audit(user ? actorOf(user.id) : NOBODY, "session.begin", user ? "ok" : "refused", { address });
    if (!user) throw loginFailed();
    this.#limiter.succeeded(address);
    this.#shared.succeeded(account);
    return this.#signIn(user, stay, address);
  }

  async loginWithLink(link: string, address: string): Promise<SignedIn> {
    this.#limiter.require(address);
    this.#limiter.failed(address);
    const id = await this.#tables.links.redeem(link);
    const user = id && this.#tables.users.get(id);
    if (!user)
      throw new VatioError(
        "E_LOGIN_FAILED",
        "This link was used already, or it is too old. Sign in with name and password.",
      );
    this.#limiter.succeeded(address);
    await this.#audit(actorOf(user.id), "session.begin-by-link", "ok", { address });
    return this.#signIn(user, false, "link");
  }

  createLoginLink(user: UserId): Promise<string> {
    return this.#tables.links.create(user);
  }

  logout(token: string): Promise<void> {
    return this.#tables.sessions.end(token);
  }

  async session(token: string): Promise<{ user: User; session: Session } | undefined> {
    const session = await this.#tables.sessions.use(token);
    const user = session && this.#tables.users.get(session.user);
    return session && user ? { user: publicUser(user), session } : undefined;
  }

  user(id: UserId): User | undefined {
    const user = this.#tables.users.get(id);
    return user && publicUser(user);
  }

  users(): readonly User[] {
    return this.#tables.users.all().map(publicUser);
  }

  async updateUser(id: UserId, change: Parameters<Accounts["updateUser"]>[1]): Promise<User> {
    return publicUser(await this.#tables.users.update(id, change));
  }

  async changePassword(id: UserId, old: string, next: string): Promise<void> {
    const user = this.#tables.users.get(id);
    const key = `password:${id}`;
    this.#limiter.require(key);
    // Counted before the slow check, as for a login.
    this.#limiter.failed(key);
    const { matches } = await checkPassword(old, user?.password ?? this.#decoy, this.#cost);
    await this.#audit(actorOf(id), "password.change", user && matches ? "ok" : "refused");
    if (!user || !matches) throw loginFailed();
    this.#limiter.succeeded(key);
    await this.#setPassword(user, next);
  }

  async resetPassword(name: string, next: string): Promise<void> {
    const user = this.#tables.users.named(name);
    if (!user) {
      const known = this.users().map((entry) => entry.name);
      throw new VatioError("E_USER_UNKNOWN", `Nobody is called "${name}". Known: ${known.join(", ") || "nobody yet"}.`);
    }
    await this.#setPassword(user, next);
    await this.#audit({ kind: "hub", id: "cli" }, "password.reset", "ok", { name });
  }

  createToken(name: string, scope: TokenScope): Promise<{ token: ApiToken; secret: string }> {
    return this.#tables.tokens.create(name, scope);
  }

  tokens(): readonly ApiToken[] {
    return this.#tables.tokens.all();
  }

  revokeToken(id: string): Promise<void> {
    return this.#tables.tokens.revoke(id);
  }

  tokenActor(secret: string): Promise<{ actor: Actor; token: ApiToken } | undefined> {
    return this.#tables.tokens.use(secret);
  }

  async #signIn(user: StoredUser, stay: boolean, address: string): Promise<SignedIn> {
    return { user: publicUser(user), ...(await this.#tables.sessions.begin(user.id, stay, address)) };
  }

  async #verify(name: string, password: string): Promise<StoredUser | undefined> {
    const user = this.#tables.users.named(name);
    const { matches, outdated } = await checkPassword(password, user?.password ?? this.#decoy, this.#cost);
    if (!user || !matches) return undefined;
    if (!outdated) return user;
    return this.#tables.users.update(user.id, { password: await this.#hash(password) });
  }

  async #setPassword(user: StoredUser, next: string): Promise<void> {
    requireGoodPassword(next, user.name);
    await this.#tables.users.update(user.id, { password: await this.#hash(next) });
    await this.#tables.sessions.endAll(user.id);
  }

  async #createFirst(answers: SetupAnswers): Promise<StoredUser> {
    const { language, nominalVoltage, phases, region, zone, currency } = answers;
    const password = await this.#hash(answers.password);
    await this.#options.sites.create({
      name: answers.siteName,
      zone,
      currency,
      language,
      region,
      nominalVoltage,
      phases,
    });
    const user: StoredUser = {
      id: this.#options.newId() as UserId,
      name: answers.name.trim(),
      role: "admin",
      language,
      region,
      theme: "auto",
      password,
      createdAt: this.#options.clock.now(),
    };
    await this.#tables.users.add(user);
    return user;
  }

  #requireSetup(answers: SetupAnswers, address: string): void {
    this.requireSetupCode(answers.code, address);
    requireGoodPassword(answers.password, answers.name);
  }

  requireSetupCode(code: string, address: string): void {
    if (!this.needsSetup || this.#settingUp)
      throw new VatioError("E_SETUP_DONE", "This hub is set up already. Sign in.");
    this.#limiter.require(address);
    this.#shared.require(SETUP);
    if (!sameText(code.trim().toUpperCase(), this.#setupCode)) {
      this.#limiter.failed(address);
      this.#shared.failed(SETUP);
      throw new VatioError(
        "E_SETUP_CODE",
        "The set-up code is wrong. It stands in the hub's log, where the hub was started.",
      );
    }
  }

  #hash(password: string): Promise<string> {
    return hashPassword(password, this.#options.random, this.#cost);
  }

  #audit(actor: Actor, what: string, outcome: "ok" | "refused", details?: unknown): Promise<void> {
    return this.#options.audit.record({
      actor,
      what,
      resource: "hub",
      outcome,
      ...(details === undefined ? {} : { details }),
    });
  }
}
