import { CallSlot } from "../call-slot.js";

/** An event that was published 32 handlers away from its origin is taken for a loop. */
export const MAX_HOPS = 32;

const current = new CallSlot<number>();

/** Hops of an event that is published here and now: 0 outside of event handlers. */
export const hopsOfNext = (): number => (current.get() ?? -1) + 1;

/** Hops of the event whose handler runs here, for a message to another thread; undefined outside of event handlers. */
export const currentHops = (): number | undefined => current.get();

/** Runs the handler of an event that came over so many hops. */
export const withHops = <T>(hops: number | undefined, call: () => T): T => current.run(hops, call);

/** Runs what begins a new chain: a timer is not a consequence of the event whose handler set it. */
export const outsideHops = <T>(call: () => T): T => current.run(undefined, call);
