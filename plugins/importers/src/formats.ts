import type { ImportFormat } from "@vatio/plugin-api";
import { csvFormat } from "./csv/csv-format.js";
import { dsmrFormat } from "./dsmr/dsmr-format.js";
import { greenButtonFormat } from "./green-button/green-button-format.js";
import { haDatabaseFormat } from "./home-assistant/ha-database-format.js";
import { haJsonFormat } from "./home-assistant/ha-json-format.js";
import { nem12Format } from "./nem12/nem12-format.js";
import { shellyFormat } from "./shelly/shelly-format.js";

/** Every format of this plugin. Their options differ, and each checks only its own. */
export const FORMATS = [
  greenButtonFormat,
  nem12Format,
  dsmrFormat,
  shellyFormat,
  haDatabaseFormat,
  haJsonFormat,
  csvFormat,
] as unknown as readonly ImportFormat[];
