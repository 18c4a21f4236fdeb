import { isRegion } from "@vatio/model";
import { VatioError } from "@vatio/plugin-api";

/** Refuses a tag with which no number could be written any more. @throws E_REGION_INVALID */
export function requireRegion(region: string): void {
  if (isRegion(region)) return;
  const message = `"${region.slice(0, 40)}" says nothing about how numbers and dates are written. Use a tag such as es-MX or en-GB.`;
  throw new VatioError("E_REGION_INVALID", message, { details: { region } });
}
