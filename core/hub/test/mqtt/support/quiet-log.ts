import type { Log } from "@vatio/plugin-api";

/** A line that was logged. */
export interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: object | undefined;
}

/** A log that writes nothing and remembers everything. */
export function quietLog(): Log & { readonly lines: Line[] } {
  const lines: Line[] = [];
  const level = (name: string) => (message: string, fields?: object) =>
    void lines.push({ level: name, message, fields });
  return { lines, debug: level("debug"), info: level("info"), warn: level("warn"), error: level("error") };
}
