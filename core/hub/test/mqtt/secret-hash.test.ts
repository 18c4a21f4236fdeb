import { seededRandom } from "@vatio/testkit/seeded-random";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashSecret, secretMatches } from "../../src/mqtt/secret-hash.js";

describe("hashSecret", () => {
  it("fits its secret and no other, with a salt of its own", () => {
    const random = seededRandom(1);
    fc.assert(
      fc.property(fc.string(), fc.string(), (secret, other) => {
        const hash = hashSecret(random, secret);
        expect(secretMatches(hash, secret)).toBe(true);
        expect(secretMatches(hash, other)).toBe(other === secret);
        expect(hashSecret(random, secret)).not.toBe(hash);
        if (secret.length > 3) expect(hash).not.toContain(secret);
      }),
    );
  });

  it.each(["", "hmac-sha256", "hmac-sha256$$", "plain$a$b", "hmac-sha256$c2FsdA$", "scrypt$1$2$3"])(
    "lets nobody in with %j",
    (hash) => {
      expect(secretMatches(hash, "")).toBe(false);
    },
  );
});
