import { DuckDBInstance, StatementType } from "@duckdb/node-api";
import { VatioError } from "@vatio/plugin-api";
import { SqlConnection } from "../store/sql-connection.js";
import { invalid, refused } from "./refusal.js";

/** A database without anything in it: strange statements are taken apart here, where there is nothing to be found. */
export class SqlSandbox {
  readonly #instance: DuckDBInstance;
  readonly #connection: SqlConnection;

  private constructor(instance: DuckDBInstance, connection: SqlConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  static async open(): Promise<SqlSandbox> {
    const instance = await DuckDBInstance.create(":memory:", {
      threads: "1",
      memory_limit: "64MB",
      temp_directory: "",
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      enable_external_access: "false",
    });
    const connection = new SqlConnection(await instance.connect());
    await connection.run("SET TimeZone = 'UTC'");
    await connection.run("SET lock_configuration = true");
    return new SqlSandbox(instance, connection);
  }

  /** DuckDB's tree of a text, as JSON; a text that is no SQL gives a tree that says so. */
  async parse(text: string): Promise<string> {
    return this.#text("SELECT json_serialize_sql(?::VARCHAR) AS text", text);
  }

  /** The text of a tree. */
  async print(tree: string): Promise<string> {
    return this.#text("SELECT json_deserialize_sql(?::JSON) AS text", tree);
  }

  /** Binds a statement without running it. @throws E_SQL_INVALID with what DuckDB says, E_SQL_REFUSED */
  async bind(statement: string): Promise<void> {
    try {
      const prepared = await this.#connection.raw.prepare(statement);
      try {
        if (prepared.statementType !== StatementType.SELECT) throw refused("only SELECT may be run");
        if (prepared.parameterCount > 0) throw refused("it has parameters");
      } finally {
        prepared.destroySync();
      }
    } catch (error) {
      throw VatioError.is(error) ? error : invalid(plainMessage(error), error);
    }
  }

  close(): void {
    this.#connection.close();
    this.#instance.closeSync();
  }

  async #text(statement: string, parameter: string): Promise<string> {
    const [row] = await this.#connection.all<{ text: string }>(statement, [parameter]);
    return row?.text ?? "";
  }
}

/** What DuckDB says, without the excerpt of a statement that its author did not write. */
export function plainMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split(/\n\s*\n?LINE \d+:/)[0]?.trim() ?? message;
}
