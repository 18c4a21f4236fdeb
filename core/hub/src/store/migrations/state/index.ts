import type { Migration } from "../migration.js";
import { initialState } from "./001-initial.js";
import { channelNumbersTable } from "./002-channel-numbers.js";
import { backfillPlans } from "./003-backfill.js";
import { importsTable } from "./004-imports.js";

/** Every step of `state.duckdb`, in order. */
export const STATE_MIGRATIONS: readonly Migration[] = [initialState, channelNumbersTable, backfillPlans, importsTable];
