import type { ChannelId, Log } from "@vatio/plugin-api";
import type { AssignmentSource, ChannelNumbers } from "../../../src/store/index.js";

// What tests and the processes that they start share; nothing here needs the test runner.

export const MAIN = "meter:a1/main" as ChannelId;
export const SECOND = "meter:b2/main" as ChannelId;

/** Numbers of channels in memory. */
export function numbersOf(...channels: ChannelId[]): ChannelNumbers {
  const all = [...channels];
  return {
    numberOf: (channel) => (all.includes(channel) ? all.indexOf(channel) + 1 : undefined),
    channelOf: (number) => all[number - 1],
    allocate: async (more) => void all.push(...more.filter((channel) => !all.includes(channel))),
  };
}

export const nothingAssigned: AssignmentSource = { assignmentsOf: () => [] };

const nothing = (): void => undefined;

export const quietLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
