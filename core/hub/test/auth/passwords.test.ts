import { type Instant, VatioError } from "@vatio/plugin-api";
import { seededRandom, VirtualClock } from "@vatio/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AttemptLimiter, LOGIN_LIMITS } from "../../src/auth/attempt-limiter.js";
import { checkPassword, hashPassword, SCRYPT_COST } from "../../src/auth/password-hash.js";
import { requireGoodPassword } from "../../src/auth/password-rules.js";

const cheap = { n: 16, r: 1, p: 1 };

describe("password hashes", () => {
  it("match their own password and no other", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), async (password, other) => {
        const stored = await hashPassword(password, seededRandom(1), cheap);
        expect(await checkPassword(password, stored, cheap)).toEqual({ matches: true, outdated: false });
        if (other.normalize("NFC") !== password.normalize("NFC")) {
          expect((await checkPassword(other, stored, cheap)).matches).toBe(false);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("accept the same letters from another keyboard", async () => {
    const stored = await hashPassword("contrasen\u0303a", seededRandom(1), cheap);
    expect((await checkPassword("contrase\u00f1a", stored, cheap)).matches).toBe(true);
  });

  it("differ in their salt, and tell when they are outdated", async () => {
    const random = seededRandom(1);
    const [one, other] = [await hashPassword("same", random, cheap), await hashPassword("same", random, cheap)];
    expect(one).not.toBe(other);
    expect(await checkPassword("same", one, { n: 32, r: 1, p: 1 })).toEqual({ matches: true, outdated: true });
  });

  it("cost what is recommended, unless a test says otherwise", async () => {
    expect(SCRYPT_COST.n * SCRYPT_COST.r * SCRYPT_COST.p).toBeGreaterThanOrEqual(2 ** 20);
    expect(await hashPassword("x", seededRandom(1))).toMatch(/^scrypt\$65536\$8\$2\$[\w-]{22}\$[\w-]{43}$/);
  });

  it.each(["", "scrypt", "scrypt$x", "bcrypt$1$2$3$a$b"])("never match %j", async (stored) => {
    expect((await checkPassword("", stored, cheap)).matches).toBe(false);
  });
});

describe("password rules", () => {
  it.each([
    ["short77", "short"],
    ["x".repeat(1025), "long"],
    ["12345678", "common"],
    ["PassWord1", "common"],
    ["maria luisa1", "name"],
  ])("refuse %j as %s", (password, reason) => {
    expect(() => requireGoodPassword(password, "Maria Luisa")).toThrowError(VatioError);
    expect(() => requireGoodPassword(password, "Maria Luisa")).toThrowError(
      expect.objectContaining({ details: { reason } }),
    );
  });

  it.each(["correct horse battery", "tres tristes tigres", "x9$kLq2m", "maria luisa come manzanas"])(
    "accept %j",
    (password) => {
      expect(() => requireGoodPassword(password, "Maria Luisa")).not.toThrow();
    },
  );
});

describe("attempts", () => {
  const setUp = () => {
    const clock = new VirtualClock(1_800_000_000_000 as Instant);
    return { clock, limiter: new AttemptLimiter(clock) };
  };

  it("are free at first, then slower and slower, up to a quarter of an hour", () => {
    const { clock, limiter } = setUp();
    const waits = Array.from({ length: 18 }, () => {
      limiter.failed("ana");
      const wait = limiter.waitMs("ana");
      clock.jumpTo((clock.now() + wait) as Instant);
      return wait;
    });
    expect(waits.slice(0, 9)).toEqual([0, 0, 0, 0, 0, 1_000, 2_000, 4_000, 8_000]);
    expect(waits.at(-1)).toBe(900_000);
  });

  it("wait by account as well as by address, and begin anew after success", () => {
    const { limiter } = setUp();
    for (let i = 0; i < 6; i++) limiter.failed("name:ana", `address:${i}`);
    expect(() => limiter.require("name:ana", "address:77")).toThrowError(/Try again in 1 s/);
    expect(() => limiter.require("name:eva", "address:0")).not.toThrow();
    limiter.succeeded("name:ana");
    expect(limiter.waitMs("name:ana")).toBe(0);
  });

  it("need no more room than they may", () => {
    const { clock } = setUp();
    const limiter = new AttemptLimiter(clock, { ...LOGIN_LIMITS, free: 0, keys: 3 });
    for (const key of ["a", "b", "c", "d"]) limiter.failed(key);
    expect(["a", "b", "c", "d"].map((key) => limiter.waitMs(key) > 0)).toEqual([false, true, true, true]);
  });
});
