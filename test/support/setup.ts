import process from "node:process";
import fc from "fast-check";
import { afterAll } from "vitest";

// Chance finds what nobody thought of; a seed lets it be found again. The gate names its own in its first lines.
const { VATIO_SEED, VATIO_RUNS } = process.env;
fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  ...(VATIO_SEED === undefined ? {} : { seed: Number(VATIO_SEED) }),
  ...(VATIO_RUNS === undefined ? {} : { numRuns: Number(VATIO_RUNS) }),
});

// A hub under test installs handlers of its own, and with one of those in place Node no longer fails by itself. What
// happens after the last assertion must fail the file all the same.
const unhandled: unknown[] = [];
const remember = (reason: unknown): void => {
  unhandled.push(reason);
};

process.on("unhandledRejection", remember);

afterAll(async () => {
  // Node reports a rejection once the microtasks of its turn are done.
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", remember);
  if (unhandled.length > 0) {
    throw new AggregateError(
      unhandled,
      `${unhandled.length} promise rejection(s) were never handled: await the promise, or handle its failure.`,
    );
  }
});
