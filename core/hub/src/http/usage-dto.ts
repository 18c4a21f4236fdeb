import type { PointUsage, Usage } from "../energy/types.js";
import type { PointUsageDto, UsageDto } from "./dto.js";

/** JSON has no NaN. */
const nullable = (column: Float64Array): (number | null)[] =>
  Array.from(column, (value) => (Number.isFinite(value) ? value : null));

/** Energy of a site as the API tells it. */
export function usageDto({ edges, points, balance, findings, ...head }: Usage): UsageDto {
  return {
    ...head,
    edges: [...edges],
    points: points.map(pointUsageDto),
    balance: {
      usedWh: nullable(balance.usedWh),
      gridImportWh: nullable(balance.gridImportWh),
      gridExportWh: nullable(balance.gridExportWh),
      generationWh: nullable(balance.generationWh),
      solarDirectWh: nullable(balance.solarDirectWh),
      storageChargeWh: nullable(balance.storageChargeWh),
      storageDischargeWh: nullable(balance.storageDischargeWh),
    },
    findings: findings.map(({ point, range, excessWh, children }) => ({
      point,
      ...range,
      excessWh,
      children: [...children],
    })),
  };
}

const pointUsageDto = ({
  point,
  role,
  parent,
  childrenWh,
  remainderWh,
  remainderQuality,
  ...columns
}: PointUsage): PointUsageDto => ({
  point,
  role,
  ...(parent === undefined ? {} : { parent }),
  importWh: nullable(columns.importWh),
  exportWh: nullable(columns.exportWh),
  coverage: [...columns.coverage],
  quality: [...columns.quality],
  ...(childrenWh ? { childrenWh: nullable(childrenWh) } : {}),
  ...(remainderWh ? { remainderWh: nullable(remainderWh) } : {}),
  ...(remainderQuality ? { remainderQuality: [...remainderQuality] } : {}),
});
