import type { DerivedStore, DerivedWriter } from "../store/index.js";
import { putMeta } from "../store/store-meta.js";
import { dayOfSlot, writeDays } from "./days.js";
import type { ToldEvent } from "./fold/channel-fold.js";
import { type ChannelWork, FIRST_SLOT } from "./fold/channel-work.js";
import { writeChannel } from "./fold/channel-writes.js";
import type { FoldedPiece } from "./fold/folded-piece.js";
import type { Span } from "./fold/pending-spans.js";

/** Rises when slots must be worked out anew: another counter function, another way to roll up. */
export const ENERGY_VERSION = 1;

const ARRIVAL = "energy.arrival";
const VERSION = "energy.version";
const ZONES = "energy.zones";

/** How far energy was worked out when the hub stopped. */
export interface EnergyProgress {
  /** Every row up to this arrival number is in the slots, or pending. Undefined: nothing ever was. */
  readonly arrival: number | undefined;
  /** The latest state of each channel. */
  readonly tips: readonly { readonly channel: number; readonly at: number; readonly state: string }[];
  readonly pending: readonly ({ readonly channel: number } & Span)[];
  /** Zones whose days are complete. */
  readonly zones: readonly string[];
}

/** Stored counter events that were not there before. */
export interface FreshEvents {
  readonly work: ChannelWork;
  readonly events: readonly ToldEvent[];
}

/** Reads how far energy was worked out. */
export async function readProgress(derived: DerivedStore): Promise<EnergyProgress> {
  const meta = await derived.all<{ key: string; value: string }>(
    "SELECT key, value FROM meta WHERE key LIKE 'energy.%'",
  );
  const values = new Map(meta.map(({ key, value }) => [key, value]));
  const isCurrent = values.get(VERSION) === String(ENERGY_VERSION);
  const arrival = values.get(ARRIVAL);
  return {
    arrival: isCurrent && arrival !== undefined ? Number(arrival) : undefined,
    tips: await derived.all(
      `SELECT channel, "at", state FROM energy_states
       QUALIFY row_number() OVER (PARTITION BY channel ORDER BY "at" DESC) = 1`,
    ),
    pending: await derived.all(`SELECT channel, first_at AS first, last_at AS last FROM energy_pending`),
    zones: JSON.parse(values.get(ZONES) ?? "[]") as string[],
  };
}

/** Begins anew: everything that was derived goes. Readings are not touched. */
export const clearEnergy = (derived: DerivedStore): Promise<void> =>
  derived.transaction(async (sql) => {
    for (const table of ["slots", "rollups", "days", "counter_events", "energy_states"])
      await sql.run(`DELETE FROM ${table}`);
    await putAll(sql, { [VERSION]: String(ENERGY_VERSION) });
  });

async function putAll(sql: DerivedWriter, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [key, value] of Object.entries(values)) {
    const { sql: statement, parameters } = putMeta(key, value);
    await sql.run(statement, parameters);
  }
}

/** What one transaction stores. */
export interface EnergyWrites {
  readonly pieces: readonly FoldedPiece[];
  /** Work that is still to be done and that the database does not know of. */
  readonly noted: readonly ChannelWork[];
  /** Ends of readings that are saved without more. */
  readonly tips: readonly ChannelWork[];
  /** Every row up to here is in the slots, or pending. */
  readonly arrival: number;
  readonly zones: readonly string[];
}

/** Stores pieces of work: all of it or nothing. @returns the counter events that were not there before */
export function storeEnergy(derived: DerivedStore, writes: EnergyWrites): Promise<readonly FreshEvents[]> {
  return derived.transaction(async (sql) => {
    const fresh: FreshEvents[] = [];
    for (const piece of writes.pieces) {
      const events = await writeChannel(sql, piece.writes);
      if (events.length > 0) fresh.push({ work: piece.work, events });
      const { slots, isWhole, closedSlot: closed } = piece;
      for (const zone of writes.zones)
        await writeDays(sql, { channel: piece.work.number, zone, ...slots, isWhole, closed });
    }
    for (const work of writes.noted) await writeNoted(sql, work);
    for (const work of writes.tips) await writeTip(sql, work);
    await putAll(sql, { [ARRIVAL]: String(writes.arrival), [VERSION]: String(ENERGY_VERSION) });
    return fresh;
  });
}

async function writeNoted(sql: DerivedWriter, { number, stored, pending }: ChannelWork): Promise<void> {
  for (const { first, last } of stored)
    await sql.run("DELETE FROM energy_pending WHERE channel = ? AND first_at = ? AND last_at = ?", [
      number,
      first,
      last,
    ]);
  for (const { first, last } of pending.list())
    await sql.run("INSERT INTO energy_pending VALUES (?, ?, ?)", [number, first, last]);
}

async function writeTip(sql: DerivedWriter, { number, tip, tipAt }: ChannelWork): Promise<void> {
  if (!tip) return;
  if (tipAt !== undefined && tipAt % 86_400_000 !== 0)
    await sql.run(`DELETE FROM energy_states WHERE channel = ? AND "at" = ?`, [number, tipAt]);
  await sql.run("INSERT INTO energy_states VALUES (?, ?, ?)", [number, tip.lastAt + 1, tip.state()]);
}

/** Makes the days of zones complete, and forgets those of zones that no site is in any more. */
export async function rebuildDays(
  derived: DerivedStore,
  works: Iterable<ChannelWork>,
  zones: readonly string[],
): Promise<void> {
  const { zones: known } = await readProgress(derived);
  const gone = known.filter((zone) => !zones.includes(zone));
  const fresh = zones.filter((zone) => !known.includes(zone));
  if (gone.length + fresh.length === 0) return;
  for (const zone of fresh) for (const work of works) await rebuildChannel(derived, work, zone);
  await derived.transaction(async (sql) => {
    for (const zone of gone) await sql.run("DELETE FROM days WHERE zone = ?", [zone]);
    await putAll(sql, { [ZONES]: JSON.stringify(zones) });
  });
}

async function rebuildChannel(derived: DerivedStore, { number, open }: ChannelWork, zone: string): Promise<void> {
  const [found] = await derived.all<{ first: number | null }>(
    "SELECT min(slot) AS first FROM slots WHERE channel = ?",
    [number],
  );
  const first = found?.first;
  if (first === null || first === undefined || open.from <= FIRST_SLOT) return;
  const from = Math.max(first, 0);
  if (dayOfSlot(from, zone) === dayOfSlot(open.from, zone)) return;
  await derived.transaction((sql) =>
    writeDays(sql, { channel: number, zone, from, to: open.from, closed: open.from, isWhole: true }),
  );
}
