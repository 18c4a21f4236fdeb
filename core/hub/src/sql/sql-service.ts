import type { MetricRegistry } from "@vatio/model";
import { VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import type { QueryDoor, QueryGround } from "../store/query-door.js";
import { checkStatement } from "./check-statement.js";
import type { Directory } from "./directory-rows.js";
import { invalid, refused } from "./refusal.js";
import { runQuery } from "./run-query.js";
import { SqlSandbox } from "./sql-sandbox.js";
import { STATEMENT_LIMITS } from "./statement-limits.js";
import { onlyStatement, type TreeNode } from "./statement-tree.js";
import { tableBodies } from "./table-bodies.js";
import type { QueryLimits, SqlAnswer, SqlRequest } from "./types.js";
import { emptyBody, type VirtualTable, virtualTables } from "./virtual-tables.js";
import { assertUnchanged, withTables } from "./with-tables.js";

/** What statements are run with. */
export interface SqlServiceOptions {
  readonly door: QueryDoor;
  readonly directory: Directory;
  readonly metrics: MetricRegistry;
  readonly clock: HubClock;
  readonly counters: CounterTable;
  /** Limit of the database's own memory in MB. */
  readonly memoryMb: number;
  readonly limits?: Partial<QueryLimits>;
  /** Bytes of memory of the process; asks the system when left out. */
  readonly memory?: () => number;
}

/** A statement that was checked. */
interface Checked {
  /** As DuckDB prints it: what is run is what was checked. */
  readonly text: string;
  readonly tree: TreeNode;
  readonly used: ReadonlySet<string>;
}

const SCOPE = "sql";
const MEGABYTE = 1024 * 1024;
const RETRY_AFTER_MS = 2_000;
const ROWS = 10_000;
/** Nested parentheses: a parser that recurses must not meet the end of its stack. */
const PARENTHESES = 200;

/**
 * Read-only SQL for administrators. A statement passes three gates: DuckDB's own tree of it is compared with what is allowed, it is bound in a
 * database that holds nothing but empty tables of the known shapes, and what is run is printed from the tree that was checked.
 */
export class SqlService {
  readonly #options: SqlServiceOptions;
  readonly #limits: QueryLimits;
  #sandbox: Promise<SqlSandbox> | undefined;
  readonly #stopping = new AbortController();
  #running: Promise<unknown> | undefined;

  constructor(options: SqlServiceOptions) {
    this.#options = options;
    this.#limits = {
      rows: ROWS,
      bytes: 16 * MEGABYTE,
      ms: 10_000,
      memory: Math.max(128, options.memoryMb) * MEGABYTE,
      spill: 1024 * MEGABYTE,
      ...options.limits,
    };
  }

  /** The tables that a statement may name. */
  tables(): readonly VirtualTable[] {
    const { metrics } = this.#options;
    return virtualTables(
      metrics.all().map(({ name }) => name),
      metrics,
    );
  }

  /**
   * Runs one SELECT over the virtual tables.
   * @throws E_SQL_INVALID, E_SQL_REFUSED, E_SQL_BUSY (retryable), E_SQL_TIMEOUT, E_SQL_TOO_LARGE, E_STORE_* (retryable)
   */
  async query({ sql, limit }: SqlRequest): Promise<SqlAnswer> {
    try {
      this.#requireFree();
      const running = this.#query(sql, limit === undefined ? this.#limits : { ...this.#limits, rows: limit });
      this.#running = running;
      return await running.finally(() => {
        this.#running = undefined;
      });
    } catch (error) {
      this.#options.counters.add(SCOPE, "refused", VatioError.from(error).code);
      throw error;
    }
  }

  /** Ends the statement that runs. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running?.catch(() => undefined);
    const sandbox = this.#sandbox;
    this.#sandbox = undefined;
    await sandbox?.then(
      (opened) => opened.close(),
      () => undefined,
    );
  }

  #requireFree(): void {
    if (this.#stopping.signal.aborted)
      throw new VatioError("E_STORE_CLOSED", "The hub is stopping. Try again when it is back.", { retryable: true });
    if (this.#running !== undefined) {
      throw new VatioError(
        "E_SQL_BUSY",
        "Another statement is being run, and one is run at a time. Try again in a moment.",
        {
          retryable: true,
          details: { retryAfterMs: RETRY_AFTER_MS },
        },
      );
    }
  }

  async #query(sql: string, limits: QueryLimits): Promise<SqlAnswer> {
    requirePlainText(sql);
    const sandbox = await this.#opened();
    const names = new Set(this.tables().map(({ name }) => name));
    const checked = await check(sandbox, sql, names);
    return this.#options.door.read(async (ground) => {
      const { clock, memory = () => process.memoryUsage.rss() } = this.#options;
      const statement = await this.#complete(sandbox, checked, ground);
      return runQuery(statement, { ground, limits, clock, memory, signal: this.#stopping.signal });
    });
  }

  /** The statement with its tables before it. */
  async #complete(
    sandbox: SqlSandbox,
    { text, tree, used }: Checked,
    { sources, channels }: QueryGround,
  ): Promise<string> {
    const { directory, metrics: registry } = this.#options;
    const metrics = [
      ...new Set([...registry.all().map(({ name }) => name), ...sources.flatMap((source) => source.metrics)]),
    ];
    const shapes = virtualTables(metrics, registry)
      .filter(({ name }) => used.has(name))
      .map((table) => ({ name: table.name, body: emptyBody(table) }));
    const trial = withTables(text, shapes);
    assertUnchanged(tree, onlyStatement(await sandbox.parse(trial)), shapes);
    await sandbox.bind(trial);
    return withTables(text, tableBodies(used, { directory, channels, sources, metrics }));
  }

  #opened(): Promise<SqlSandbox> {
    this.#sandbox ??= SqlSandbox.open().catch((error: unknown) => {
      this.#sandbox = undefined;
      throw error;
    });
    return this.#sandbox;
  }
}

function requirePlainText(sql: string): void {
  if (sql.length > STATEMENT_LIMITS.length)
    throw invalid(`it is longer than ${STATEMENT_LIMITS.length.toLocaleString("en")} characters.`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(sql)) throw invalid("it holds control characters.");
  let depth = 0;
  for (const char of sql) {
    if (char === "(" || char === "[" || char === "{") depth++;
    if (char === ")" || char === "]" || char === "}") depth--;
    if (depth > PARENTHESES) throw refused("it is nested too deeply");
  }
}

/** What is written is read, checked, printed, read and checked again: the text that is run is the one whose tree was looked at. */
async function check(sandbox: SqlSandbox, sql: string, names: ReadonlySet<string>): Promise<Checked> {
  const written = await sandbox.parse(sql);
  checkStatement(onlyStatement(written), names);
  const text = await sandbox.print(written);
  const tree = onlyStatement(await sandbox.parse(text));
  return { text, tree, used: checkStatement(tree, names) };
}
