import type { Route } from "../define-route.js";
import { accessRoutes } from "./access.js";
import { backfillRoutes } from "./backfill.js";
import { backupRoutes } from "./backup.js";
import { commandRoutes } from "./commands.js";
import { deviceRoutes } from "./devices.js";
import { energyRoutes } from "./energy.js";
import { exportRoutes } from "./export.js";
import { importRoutes } from "./imports.js";
import { meRoutes } from "./me.js";
import { placeRoutes } from "./places.js";
import { pluginRoutes } from "./plugins.js";
import { sessionRoutes } from "./session.js";
import { settingsRoutes } from "./settings.js";
import { setupRoutes } from "./setup.js";
import { sqlRoutes } from "./sql.js";
import { systemRoutes } from "./system.js";
import { telemetryRoutes } from "./telemetry.js";

/** Path below which every route of the table lives. */
export const API_PREFIX = "/api/v1";

/**
 * Every route of the API, as data: the server, the OpenAPI document, the types of the interface, the permission test
 * and the fuzz test all read this table. A fixed path comes before one with a parameter in the same place.
 */
export const routeTable: readonly Route[] = [
  ...setupRoutes,
  ...sessionRoutes,
  ...meRoutes,
  ...placeRoutes,
  ...deviceRoutes,
  ...telemetryRoutes,
  ...energyRoutes,
  ...exportRoutes,
  ...sqlRoutes,
  ...backfillRoutes,
  ...importRoutes,
  ...backupRoutes,
  ...commandRoutes,
  ...pluginRoutes,
  ...systemRoutes,
  ...settingsRoutes,
  ...accessRoutes,
];
