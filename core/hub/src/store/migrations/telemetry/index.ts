import type { Migration } from "../migration.js";
import { initialTelemetry } from "./001-initial.js";
import { energyTelemetry } from "./002-energy.js";

/** Every step of `telemetry.duckdb`, in order. */
export const TELEMETRY_MIGRATIONS: readonly Migration[] = [initialTelemetry, energyTelemetry];
