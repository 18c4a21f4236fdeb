import type { Actor, AuditEntry, Instant, PluginId } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { escapeText, safeValue } from "../log/index.js";
import type { StateDatabase } from "../store/types.js";

/** Which part of the audit log is wanted; newest first. */
export interface AuditQuery {
  /** Only entries before this instant: the way to the next page. */
  readonly before?: Instant;
  readonly limit: number;
}

interface AuditRow {
  readonly done_at: number;
  readonly actor_kind: Actor["kind"];
  readonly actor_id: string;
  readonly actor_via: string | null;
  readonly what: string;
  readonly resource: string;
  readonly outcome: AuditEntry["outcome"];
  readonly details: string | null;
}

const COLUMNS = "done_at, actor_kind, actor_id, actor_via, what, resource, outcome, details";
const MOST_TEXT = 512;
const MOST_RESULTS = 1_000;

/** What was done by whom, and what was refused: kept in the state database, for ever. Secrets in the details are left out. */
export class AuditLog {
  readonly #database: Pick<StateDatabase, "all" | "run">;
  readonly #clock: HubClock;

  constructor(database: Pick<StateDatabase, "all" | "run">, clock: HubClock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Settles after the durable write. */
  async record({ actor, what, resource, outcome, details }: Omit<AuditEntry, "at">): Promise<void> {
    const written = details === undefined ? null : JSON.stringify(safeValue(details));
    await this.#database.run(`INSERT INTO audit (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, [
      this.#clock.now(),
      actor.kind,
      short(actor.id),
      actor.via ?? null,
      short(what),
      short(resource),
      outcome,
      written,
    ]);
  }

  async query({ before, limit }: AuditQuery): Promise<readonly AuditEntry[]> {
    const most = Math.max(1, Math.min(MOST_RESULTS, Math.floor(limit)));
    const where = before === undefined ? "" : "WHERE done_at < ?";
    const statement = `SELECT ${COLUMNS} FROM audit ${where} ORDER BY done_at DESC, rowid DESC LIMIT ${most}`;
    return (await this.#database.all<AuditRow>(statement, before === undefined ? [] : [before])).map(entryOf);
  }
}

const short = (text: string): string => escapeText(text.slice(0, MOST_TEXT));

function entryOf(row: AuditRow): AuditEntry {
  const actor: Actor =
    row.actor_via === null
      ? { kind: row.actor_kind, id: row.actor_id }
      : { kind: row.actor_kind, id: row.actor_id, via: row.actor_via as PluginId };
  const entry: AuditEntry = {
    at: row.done_at as Instant,
    actor,
    what: row.what,
    resource: row.resource,
    outcome: row.outcome,
  };
  return row.details === null ? entry : { ...entry, details: JSON.parse(row.details) as unknown };
}
