import { createHash, timingSafeEqual } from "node:crypto";

/** SHA-256 as hex. Fit for secrets with at least 128 random bits; passwords of people need scrypt. */
export const sha256 = (secret: string): string => createHash("sha256").update(secret).digest("hex");

/** Compares two texts in a time that does not depend on where they differ. */
export const sameText = (one: string, other: string): boolean =>
  timingSafeEqual(createHash("sha256").update(one).digest(), createHash("sha256").update(other).digest());
