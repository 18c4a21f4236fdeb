import type { ChannelId, PointId } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { StateDatabase } from "../store/types.js";
import { subtractRuns, unionRuns } from "./slot-runs.js";
import type { ConflictPolicy, ImportLink, ImportLinks, ImportRecord, SlotRun } from "./types.js";

/** Where an import stands. `applying` and `removing` are only met when the hub stopped half-way. */
export type ImportState = "applying" | "applied" | "removing";

/** What an import gives to one point. */
export interface PointClaim {
  readonly point: PointId;
  readonly channels: readonly ChannelId[];
  readonly policy: ConflictPolicy;
  readonly slots: readonly SlotRun[];
}

/** An import as it is kept. */
export interface StoredImport {
  readonly version: 1;
  readonly state: ImportState;
  readonly record: ImportRecord;
  readonly claims: readonly PointClaim[];
}

/** The imports of a hub: in memory, and written through to `state.duckdb`. */
export class ImportRecords implements ImportLinks {
  readonly #database: StateDatabase;
  readonly #clock: HubClock;
  readonly #imports = new Map<string, StoredImport>();
  readonly #links = new Map<PointId, readonly ImportLink[]>();

  private constructor(database: StateDatabase, clock: HubClock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Reads what is kept. */
  static async open(database: StateDatabase, clock: HubClock): Promise<ImportRecords> {
    const records = new ImportRecords(database, clock);
    const rows = await database.all<{ document: string }>("SELECT document FROM imports ORDER BY created_at, id");
    for (const { document } of rows) {
      const stored = JSON.parse(document) as StoredImport;
      records.#imports.set(stored.record.id, stored);
    }
    return records;
  }

  /** Every import, whatever its state; the oldest first. */
  all(): readonly StoredImport[] {
    return [...this.#imports.values()];
  }

  get(id: string): StoredImport | undefined {
    return this.#imports.get(id);
  }

  linksOf(point: PointId): readonly ImportLink[] {
    let links = this.#links.get(point);
    if (!links) {
      links = this.#resolve(point);
      this.#links.set(point, links);
    }
    return links;
  }

  /** Stores an import, or its new state. */
  async put(stored: StoredImport): Promise<void> {
    const { id } = stored.record;
    await this.#database.run(
      "INSERT INTO imports VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET document = excluded.document",
      [id, JSON.stringify(stored), this.#clock.now()],
    );
    this.#imports.set(id, stored);
    this.#links.clear();
  }

  async delete(id: string): Promise<void> {
    await this.#database.run("DELETE FROM imports WHERE id = ?", [id]);
    this.#imports.delete(id);
    this.#links.clear();
  }

  /** Of two imports that claim a slot, the newer one has it. */
  #resolve(point: PointId): readonly ImportLink[] {
    const links: ImportLink[] = [];
    let taken: readonly SlotRun[] = [];
    for (const { state, record, claims } of [...this.#imports.values()].reverse()) {
      if (state !== "applied") continue;
      for (const { channels, policy, slots } of claims.filter((claim) => claim.point === point)) {
        const free = subtractRuns(slots, taken);
        if (free.length > 0) links.push({ importId: record.id, channels, policy, slots: free });
        taken = unionRuns([...taken, ...free]);
      }
    }
    return links;
  }
}
