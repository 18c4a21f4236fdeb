import process from "node:process";
import { afterAll } from "vitest";

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
