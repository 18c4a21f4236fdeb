import type { Migration } from "../migration.js";
import { initialState } from "./001-initial.js";
import { channelNumbersTable } from "./002-channel-numbers.js";

/** Every step of `state.duckdb`, in order. */
export const STATE_MIGRATIONS: readonly Migration[] = [initialState, channelNumbersTable];
