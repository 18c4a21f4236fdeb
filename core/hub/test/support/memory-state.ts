import type { Instant } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit";
import { IN_MEMORY, type OpenedState, openStateDatabase } from "../../src/store/index.js";

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A state database in memory, with the real schema. */
export const memoryState = (): Promise<OpenedState> =>
  openStateDatabase({ path: IN_MEMORY, clock: new VirtualClock(0 as Instant), log: quiet });
