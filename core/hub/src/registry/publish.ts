import type { EventType, VatioEvents } from "@vatio/plugin-api";

/** Tells the event bus what happened. */
export type Publish = <T extends EventType>(type: T, payload: VatioEvents[T]) => void;
