/** Fields of a log line as plain data: an error keeps its message, and what cannot cross becomes text. */
export function plainFields(fields: object): Record<string, unknown> {
  try {
    return JSON.parse(JSON.stringify(fields, showError)) as Record<string, unknown>;
  } catch {
    return { fields: String(fields) };
  }
}

function showError(_key: string, value: unknown): unknown {
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack };
  return typeof value === "bigint" ? String(value) : value;
}
