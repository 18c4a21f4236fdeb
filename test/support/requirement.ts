import process from "node:process";
import { describe, it } from "vitest";

/** Something that a suite needs from the machine: a folder, a program. */
export interface Requirement {
  /** Where it was found; undefined when it is missing. */
  readonly found: string | undefined;
  /** What to do to get it, as one sentence. */
  readonly remedy: string;
}

/** With `VATIO_REQUIRE_ALL=1` (as in CI) a missing requirement is a failure, otherwise a reason to skip. */
export function requiresAll(): boolean {
  return process.env.VATIO_REQUIRE_ALL === "1";
}

/**
 * Declares a suite that can only run where the requirement is met. The body is not called otherwise, so it may use
 * what it needs while it collects its tests.
 */
export function describeWith(requirement: Requirement, name: string, body: (found: string) => void): void {
  const { found, remedy } = requirement;
  if (found !== undefined) {
    describe(name, () => body(found));
    return;
  }
  describe(name, () => {
    if (requiresAll()) {
      it("has what it needs", () => {
        throw new Error(`${remedy} VATIO_REQUIRE_ALL=1 does not allow to skip this suite.`);
      });
    } else {
      it.skip(`skipped: ${remedy}`, () => {});
    }
  });
}
