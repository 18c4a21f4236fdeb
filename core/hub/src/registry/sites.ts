import { isZone } from "@vatio/model";
import { type Site, type SiteId, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { requireRegion } from "../require-region.js";
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

/** @throws E_ZONE_UNKNOWN, E_REGION_INVALID */
function requireSite({ zone, region }: Pick<Site, "zone" | "region">): void {
  if (!isZone(zone))
    throw new VatioError("E_ZONE_UNKNOWN", `"${zone}" is not a time zone. Use a name such as Europe/Madrid.`);
  requireRegion(region);
}

/** Sites, in memory and in the state database. */
export async function createSiteRegistry(options: PlacesOptions): Promise<SiteRegistry> {
  const rows = await options.database.all<SiteRow>("SELECT * FROM sites ORDER BY created_at, id");
  return new StoredSites(options, rows.map(siteOf));
}

class StoredSites implements SiteRegistry {
  readonly #options: PlacesOptions;
  readonly #sites: Map<SiteId, Site>;

  constructor(options: PlacesOptions, loaded: readonly Site[]) {
    this.#options = options;
    this.#sites = new Map(loaded.map((site) => [site.id, site]));
  }

  list(): readonly Site[] {
    return [...this.#sites.values()];
  }

  get(id: SiteId): Site | undefined {
    return this.#sites.get(id);
  }

  first(): Site | undefined {
    return this.#sites.values().next().value;
  }

  async create(wanted: Omit<Site, "id">): Promise<Site> {
    const { clock, database, newId } = this.#options;
    requireSite(wanted);
    const site: Site = { ...wanted, id: newId() as SiteId };
    await database.run(
      `INSERT INTO sites (id, name, zone, currency, language, region, nominal_voltage, phases, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [site.id, ...valuesOf(site), clock.now()],
    );
    this.#sites.set(site.id, site);
    return site;
  }

  async update(id: SiteId, change: Partial<Omit<Site, "id">>): Promise<Site> {
    const { database, publish } = this.#options;
    const known = this.#sites.get(id);
    if (!known) throw new VatioError("E_SITE_UNKNOWN", "There is no such site.", { details: { id } });
    const site = { ...known, ...change };
    requireSite(site);
    await database.run(
      "UPDATE sites SET name = ?, zone = ?, currency = ?, language = ?, region = ?, nominal_voltage = ?, phases = ? WHERE id = ?",
      [...valuesOf(site), id],
    );
    this.#sites.set(id, site);
    publish("settings.changed", { key: `site.${id}` });
    return site;
  }
}

/** In the order of the columns. */
const valuesOf = (site: Site): (string | number)[] => [
  site.name,
  site.zone,
  site.currency,
  site.language,
  site.region,
  site.nominalVoltage,
  site.phases,
];
