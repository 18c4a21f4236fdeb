import { isZone } from "@vatio/model";
import { type Site, type SiteId, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { StateDatabase } from "../store/types.js";
import type { Publish } from "./publish.js";
import type { SiteRegistry } from "./types.js";

/** What sites and points work with. */
export interface PlacesOptions {
  readonly database: StateDatabase;
  readonly clock: HubClock;
  readonly newId: () => string;
  readonly publish: Publish;
}

interface SiteRow {
  id: string;
  name: string;
  zone: string;
  currency: string;
  language: Site["language"];
  region: string;
  nominal_voltage: number;
  phases: 1 | 3;
}

const siteOf = (row: SiteRow): Site => ({
  id: row.id as SiteId,
  name: row.name,
  zone: row.zone,
  currency: row.currency,
  language: row.language,
  region: row.region,
  nominalVoltage: row.nominal_voltage,
  phases: row.phases,
});

function requireZone(zone: string): void {
  if (isZone(zone)) return;
  throw new VatioError("E_ZONE_UNKNOWN", `"${zone}" is not a time zone. Use a name such as Europe/Madrid.`);
}

/** Sites, in memory and in the state database. */
export async function createSiteRegistry({ clock, database, newId, publish }: PlacesOptions): Promise<SiteRegistry> {
  const rows = await database.all<SiteRow>("SELECT * FROM sites ORDER BY created_at, id");
  const sites = new Map(rows.map((row) => [row.id as SiteId, siteOf(row)]));
  return {
    list: () => [...sites.values()],
    get: (id) => sites.get(id),
    first: () => sites.values().next().value,

    async create(wanted) {
      requireZone(wanted.zone);
      const site: Site = { ...wanted, id: newId() as SiteId };
      await database.run(
        `INSERT INTO sites (id, name, zone, currency, language, region, nominal_voltage, phases, created_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          site.id,
          site.name,
          site.zone,
          site.currency,
          site.language,
          site.region,
          site.nominalVoltage,
          site.phases,
          clock.now(),
        ],
      );
      sites.set(site.id, site);
      return site;
    },

    async update(id, change) {
      const known = sites.get(id);
      if (!known) throw new VatioError("E_SITE_UNKNOWN", "There is no such site.", { details: { id } });
      const site = { ...known, ...change };
      requireZone(site.zone);
      await database.run(
        "UPDATE sites SET name = ?, zone = ?, currency = ?, language = ?, region = ?, nominal_voltage = ?, phases = ? WHERE id = ?",
        [site.name, site.zone, site.currency, site.language, site.region, site.nominalVoltage, site.phases, id],
      );
      sites.set(id, site);
      publish("settings.changed", { key: `site.${id}` });
      return site;
    },
  };
}
