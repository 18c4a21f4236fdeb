/** A text as a literal of SQL. A zero byte would end the statement for DuckDB: it is left out. */
export const sqlText = (text: string): string => `'${text.replaceAll("\0", "").replaceAll("'", "''")}'`;

/** A name as an identifier of SQL. */
export const sqlName = (name: string): string => `"${name.replaceAll("\0", "").replaceAll('"', '""')}"`;
