import { days, hours, type Instant, minutes, type SiteId, type UserId } from "@vatio/plugin-api";
import { seededRandom, VirtualClock } from "@vatio/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { type AccountsOptions, createAccounts } from "../../src/auth/accounts.js";
import { AuditLog } from "../../src/auth/audit-log.js";
import type { SetupAnswers } from "../../src/auth/types.js";
import { ulids } from "../../src/random.js";
import { createSiteRegistry } from "../../src/registry/index.js";
import { IN_MEMORY, type OpenedState, openStateDatabase } from "../../src/store/index.js";

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const PASSWORD = "correct horse battery";
const answers = (code: string): SetupAnswers => ({
  code,
  name: "Ana",
  password: PASSWORD,
  language: "es",
  region: "es-MX",
  zone: "America/Mexico_City",
  currency: "MXN",
  siteName: "Casa",
  nominalVoltage: 127,
  phases: 3,
});

const opened: OpenedState[] = [];
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
});

async function setUp() {
  const clock = new VirtualClock(1_800_000_000_000 as Instant);
  const random = seededRandom(7);
  const database = await openStateDatabase({ path: IN_MEMORY, clock, log: silent });
  opened.push(database);
  const newId = ulids(clock, random);
  const sites = await createSiteRegistry({ database, clock, newId, publish: () => undefined });
  const audit = new AuditLog(database, clock);
  const options: AccountsOptions = { database, clock, random, newId, sites, audit, cost: { n: 16, r: 1, p: 1 } };
  return { options, accounts: await createAccounts(options), clock, audit, sites, database };
}

async function withAna() {
  const hub = await setUp();
  const signedIn = await hub.accounts.setup(answers(hub.accounts.setupCode ?? ""), "10.0.0.9");
  return { ...hub, signedIn };
}

const move = (clock: VirtualClock, span: number) => clock.jumpTo((clock.now() + span) as Instant);

describe("first-run set-up", () => {
  it("makes an administrator and a site, once", async () => {
    const { accounts, sites, signedIn } = await withAna();
    expect(signedIn.user).toMatchObject({ name: "Ana", role: "admin", language: "es", region: "es-MX" });
    expect(signedIn.user).not.toHaveProperty("password");
    expect(sites.list()).toMatchObject([{ name: "Casa", zone: "America/Mexico_City", phases: 3 }]);
    expect(accounts.needsSetup).toBe(false);
    expect(accounts.setupCode).toBeUndefined();
    await expect(accounts.setup(answers("AAAA-AAAA"), "x")).rejects.toMatchObject({ code: "E_SETUP_DONE" });
  });

  it("takes the code in small letters, and no other code", async () => {
    const { accounts } = await setUp();
    await expect(accounts.setup(answers("AAAA-AAAA"), "x")).rejects.toMatchObject({ code: "E_SETUP_CODE" });
    await expect(accounts.setup(answers(` ${accounts.setupCode?.toLowerCase()} `), "x")).resolves.toBeDefined();
  });

  it("slows down whoever guesses the code, from wherever", async () => {
    const { accounts } = await setUp();
    for (let i = 0; i < 6; i++) await accounts.setup(answers("AAAA-AAAA"), `10.0.0.${i}`).catch(() => undefined);
    await expect(accounts.setup(answers("AAAA-AAAA"), "10.0.0.99")).rejects.toMatchObject({ code: "E_RATE_LIMITED" });
  });

  it("refuses a weak password before anything exists", async () => {
    const { accounts, sites } = await setUp();
    const weak = { ...answers(accounts.setupCode ?? ""), password: "12345678" };
    await expect(accounts.setup(weak, "x")).rejects.toMatchObject({ code: "E_PASSWORD_WEAK" });
    expect(sites.list()).toEqual([]);
    expect(accounts.needsSetup).toBe(true);
  });
});

describe("signing in", () => {
  it("gives the same answer for a wrong password and an unknown name", async () => {
    const { accounts, audit } = await withAna();
    const failures = await Promise.all(
      [accounts.login("Ana", "wrong", false, "a"), accounts.login("Nobody", PASSWORD, false, "b")].map((attempt) =>
        attempt.catch((error: unknown) => error),
      ),
    );
    expect(failures[0]).toMatchObject({ code: "E_LOGIN_FAILED" });
    expect(String(failures[0])).toBe(String(failures[1]));
    expect((await audit.query({ limit: 10 })).filter(({ outcome }) => outcome === "refused")).toHaveLength(2);
  });

  it("works without regard to case, survives a restart, and ends when asked", async () => {
    const { accounts, options } = await withAna();
    const { token } = await accounts.login(" ana ", PASSWORD, false, "a");
    const restarted = await createAccounts(options);
    expect((await restarted.session(token))?.user.name).toBe("Ana");
    await restarted.logout(token);
    expect(await restarted.session(token)).toBeUndefined();
  });

  it("slows down guessing even when the attempts come at once", async () => {
    const { accounts } = await withAna();
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => accounts.login("Ana", "wrong", false, "a")),
    );
    const codes = results.map((result) => (result.status === "rejected" ? result.reason.code : "in"));
    expect(codes.filter((code) => code === "E_LOGIN_FAILED").length).toBeLessThanOrEqual(6);
    expect(codes.filter((code) => code === "E_RATE_LIMITED").length).toBeGreaterThanOrEqual(14);
  });

  it("ends sessions 12 hours after their last use, or 30 days", async () => {
    const { accounts, clock } = await withAna();
    const short = await accounts.login("Ana", PASSWORD, false, "a");
    const long = await accounts.login("Ana", PASSWORD, true, "a");
    move(clock, hours(11));
    expect(await accounts.session(short.token)).toBeDefined();
    move(clock, hours(11));
    expect(await accounts.session(short.token)).toBeDefined();
    move(clock, hours(12));
    expect(await accounts.session(short.token)).toBeUndefined();
    expect(await accounts.session(long.token)).toBeDefined();
    move(clock, days(30));
    expect(await accounts.session(long.token)).toBeUndefined();
  });

  it.each([
    [false, hours(8), days(7)],
    [true, days(20), days(365)],
  ])(
    "ends a session in use at last (stay signed in: %s), also over a restart of the hub",
    async (stay, step, total) => {
      const { accounts, clock, options } = await withAna();
      const { token, session } = await accounts.login("Ana", PASSWORD, stay, "a");
      expect(session.stay).toBe(stay);
      let last = 0;
      for (let age: number = step; age < total; age += step) {
        move(clock, step);
        last = age;
        expect(await accounts.session(token)).toMatchObject({ session: { stay } });
      }
      const restarted = await createAccounts(options);
      move(clock, (total - last - 1) as typeof step);
      expect(await restarted.session(token)).toBeDefined();
      move(clock, 1 as typeof step);
      expect(await restarted.session(token)).toBeUndefined();
    },
  );

  it("keeps no secret that could be read from the database", async () => {
    const { accounts, database, signedIn } = await withAna();
    const { secret } = await accounts.createToken("plug", "ingest");
    const link = await accounts.createLoginLink(signedIn.user.id);
    const tables = ["users", "sessions", "tokens", "login_links", "audit"];
    const everything = JSON.stringify(await Promise.all(tables.map((table) => database.all(`SELECT * FROM ${table}`))));
    for (const kept of [PASSWORD, signedIn.token, secret, link]) expect(everything).not.toContain(kept);
  });
});

describe("passwords of people", () => {
  it("change only with the old one, and end every session", async () => {
    const { accounts, signedIn } = await withAna();
    const { id } = signedIn.user;
    await expect(accounts.changePassword(id, "wrong", "another fine day")).rejects.toMatchObject({
      code: "E_LOGIN_FAILED",
    });
    await accounts.changePassword(id, PASSWORD, "another fine day");
    expect(await accounts.session(signedIn.token)).toBeUndefined();
    await expect(accounts.login("Ana", PASSWORD, false, "a")).rejects.toMatchObject({ code: "E_LOGIN_FAILED" });
    await expect(accounts.login("Ana", "another fine day", false, "a")).resolves.toBeDefined();
  });

  it("are asked for ever more slowly, also when many attempts come at once", async () => {
    const { accounts, signedIn } = await withAna();
    const { id } = signedIn.user;
    const attempts = Array.from({ length: 10 }, () => accounts.changePassword(id, "wrong", "another fine day"));
    const codes = (await Promise.allSettled(attempts)).map(
      (result) => result.status === "rejected" && (result.reason as { code: string }).code,
    );
    expect(codes.filter((code) => code === "E_LOGIN_FAILED")).toHaveLength(6);
    expect(codes.filter((code) => code === "E_RATE_LIMITED")).toHaveLength(4);
  });

  it("start with a clean slate after a success", async () => {
    const { accounts, signedIn } = await withAna();
    const { id } = signedIn.user;
    const [one, two] = [PASSWORD, "another fine day"];
    for (let n = 0; n < 8; n++) await accounts.changePassword(id, n % 2 ? two : one, n % 2 ? one : two);
    await expect(accounts.changePassword(id, "wrong", one)).rejects.toMatchObject({ code: "E_LOGIN_FAILED" });
  });

  it("are reset for the one who is locked out", async () => {
    const { accounts, signedIn } = await withAna();
    await expect(accounts.resetPassword("Eva", "another fine day")).rejects.toThrowError(/Known: Ana/);
    await accounts.resetPassword("ana", "another fine day");
    expect(await accounts.session(signedIn.token)).toBeUndefined();
    await expect(accounts.login("Ana", "another fine day", false, "a")).resolves.toBeDefined();
  });

  it("are hashed anew when the cost has risen", async () => {
    const { options, database } = await withAna();
    const dearer = await createAccounts({ ...options, cost: { n: 32, r: 1, p: 1 } });
    await dearer.login("Ana", PASSWORD, false, "a");
    expect(await database.all("SELECT password FROM users")).toEqual([
      { password: expect.stringMatching(/^scrypt\$32\$/) },
    ]);
  });
});

describe("links and tokens", () => {
  it("slow down an address that guesses links, and no other", async () => {
    const { accounts, clock, signedIn } = await withAna();
    const link = await accounts.createLoginLink(signedIn.user.id);
    for (let n = 0; n < 6; n++)
      await expect(accounts.loginWithLink(`${n}`.repeat(43), "10.0.0.6")).rejects.toMatchObject({
        code: "E_LOGIN_FAILED",
      });
    await expect(accounts.loginWithLink(link, "10.0.0.6")).rejects.toMatchObject({ code: "E_RATE_LIMITED" });
    await expect(accounts.loginWithLink(link, "10.0.0.5")).resolves.toMatchObject({ user: { name: "Ana" } });
    move(clock, 1_000);
    await expect(accounts.loginWithLink(link, "10.0.0.6")).rejects.toMatchObject({ code: "E_LOGIN_FAILED" });
  });

  it("sign in once, within a quarter of an hour", async () => {
    const { accounts, clock, signedIn } = await withAna();
    const [used, old] = [
      await accounts.createLoginLink(signedIn.user.id),
      await accounts.createLoginLink(signedIn.user.id),
    ];
    await expect(accounts.loginWithLink(used, "10.0.0.5")).resolves.toMatchObject({ user: { name: "Ana" } });
    await expect(accounts.loginWithLink(used, "10.0.0.5")).rejects.toMatchObject({ code: "E_LOGIN_FAILED" });
    move(clock, minutes(15));
    await expect(accounts.loginWithLink(old, "10.0.0.5")).rejects.toMatchObject({ code: "E_LOGIN_FAILED" });
  });

  it("name their token until it is revoked, also after a restart", async () => {
    const { accounts, clock, options } = await withAna();
    const { secret, token } = await accounts.createToken("plug", "ingest");
    expect(secret).toMatch(/^vt_ingest_[\w-]{43}$/);
    move(clock, hours(2));
    expect(await accounts.tokenActor(secret)).toMatchObject({
      actor: { kind: "token", id: token.id },
      token: { scope: "ingest" },
    });
    const restarted = await createAccounts(options);
    expect(restarted.tokens()).toMatchObject([{ name: "plug", lastUsedAt: clock.now() }]);
    await restarted.revokeToken(token.id);
    expect(await restarted.tokenActor(secret)).toBeUndefined();
    await expect(restarted.revokeToken(token.id)).rejects.toMatchObject({ code: "E_TOKEN_UNKNOWN" });
  });

  it("let a person change name, language and theme, but not to somebody else's name", async () => {
    const { accounts, signedIn } = await withAna();
    expect(await accounts.updateUser(signedIn.user.id, { theme: "dark", language: "en" })).toMatchObject({
      theme: "dark",
      language: "en",
    });
    await expect(accounts.updateUser("nobody" as UserId, { theme: "dark" })).rejects.toMatchObject({
      code: "E_USER_UNKNOWN",
    });
    expect(accounts.users()).toHaveLength(1);
  });
});

describe("audit log", () => {
  it("keeps who did what, newest first, page by page", async () => {
    const { audit, clock } = await setUp();
    for (const what of ["one", "two", "three"]) {
      await audit.record({
        actor: { kind: "user", id: "ana" },
        what,
        resource: `site:${"01S" as SiteId}`,
        outcome: "ok",
        details: { n: what },
      });
      move(clock, 1_000);
    }
    const page = await audit.query({ limit: 2 });
    expect(page.map(({ what }) => what)).toEqual(["three", "two"]);
    expect(page[0]?.details).toEqual({ n: "three" });
    expect((await audit.query({ limit: 2, before: page[1]?.at ?? (0 as Instant) })).map(({ what }) => what)).toEqual([
      "one",
    ]);
  });
});
