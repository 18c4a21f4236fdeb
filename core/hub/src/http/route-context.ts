import type { BootConfig } from "../config/types.js";
import type { ExportService } from "../export/index.js";
import type { SqlService } from "../sql/index.js";
import type { HttpServices } from "./services.js";

/** The live stream as routes need it. */
export interface LiveControl {
  readonly connections: number;
  /** Ends the streams that a session has open. */
  closeSession(session: string): void;
}

/** What handlers get beside their input. */
export interface RouteContext extends HttpServices {
  readonly config: BootConfig;
  readonly live: LiveControl;
  readonly exports: ExportService;
  readonly sql: SqlService;
  /** Address of a plugin's interface module, with a version that changes with its content. */
  readonly pluginModule: (plugin: string) => string | undefined;
}
