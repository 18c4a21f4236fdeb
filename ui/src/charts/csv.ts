import type { ChartModel } from "./chart-model.js";

const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The data of a chart as RFC 4180 text: ISO 8601 instants in UTC, values in the stored unit, empty where there is none. */
export function chartCsv({ at, lines, unit }: ChartModel): string {
  const head = [
    "time",
    ...lines.flatMap(({ label, min }) => [
      name(label, unit),
      ...(min ? [`${name(label, unit)} min`, `${name(label, unit)} max`] : []),
    ]),
  ];
  const rows = at.map((instant, index) => [
    new Date(instant).toISOString(),
    ...lines.flatMap(({ values, min, max }) =>
      [values[index], ...(min && max ? [min[index], max[index]] : [])].map((value) =>
        value === null || value === undefined ? "" : String(value),
      ),
    ),
  ]);
  return [head, ...rows].map((row) => row.map(quoted).join(",")).join("\r\n");
}

const name = (label: string, unit: string): string => (unit ? `${label} (${unit})` : label);

/** Hands text to the person as a file. */
export function saveText(text: string, fileName: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}
