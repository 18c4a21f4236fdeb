import { systemClock } from "../../../src/clock.js";
import { IN_MEMORY, type OpenedState, openStateDatabase } from "../../../src/store/index.js";
import { quietLog } from "./quiet-log.js";

/** A real state database that keeps nothing. */
export const memoryState = (): Promise<OpenedState> =>
  openStateDatabase({ path: IN_MEMORY, clock: systemClock, log: quietLog() });
