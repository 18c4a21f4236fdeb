import type { Language } from "@vatio/model";

/** A country as set-up offers it: what follows from it for numbers, money and the supply. */
export interface Region {
  /** BCP 47 tag. */
  readonly tag: string;
  readonly country: string;
  readonly currency: string;
  /** Line to neutral, in volts. */
  readonly voltage: number;
  readonly frequency: 50 | 60;
  /** The zone that most of its people live in. */
  readonly zone: string;
}

const region = (
  tag: string,
  currency: string,
  supply: readonly [voltage: number, frequency: 50 | 60],
  zone: string,
): Region => ({
  tag,
  country: tag.slice(tag.lastIndexOf("-") + 1),
  currency,
  voltage: supply[0],
  frequency: supply[1],
  zone,
});

/** Countries that set-up offers by name, with the line-to-neutral voltage and frequency of IEC 60038 and local codes. */
export const REGIONS: readonly Region[] = [
  region("es-AR", "ARS", [220, 50], "America/Argentina/Buenos_Aires"),
  region("es-BO", "BOB", [230, 50], "America/La_Paz"),
  region("es-CL", "CLP", [220, 50], "America/Santiago"),
  region("es-CO", "COP", [120, 60], "America/Bogota"),
  region("es-CR", "CRC", [120, 60], "America/Costa_Rica"),
  region("es-EC", "USD", [120, 60], "America/Guayaquil"),
  region("es-ES", "EUR", [230, 50], "Europe/Madrid"),
  region("es-GT", "GTQ", [120, 60], "America/Guatemala"),
  region("es-MX", "MXN", [127, 60], "America/Mexico_City"),
  region("es-PE", "PEN", [220, 60], "America/Lima"),
  region("es-PY", "PYG", [220, 50], "America/Asuncion"),
  region("es-UY", "UYU", [230, 50], "America/Montevideo"),
  region("en-AU", "AUD", [230, 50], "Australia/Sydney"),
  region("en-CA", "CAD", [120, 60], "America/Toronto"),
  region("en-GB", "GBP", [230, 50], "Europe/London"),
  region("en-IE", "EUR", [230, 50], "Europe/Dublin"),
  region("en-IN", "INR", [230, 50], "Asia/Kolkata"),
  region("en-NZ", "NZD", [230, 50], "Pacific/Auckland"),
  region("en-US", "USD", [120, 60], "America/New_York"),
  region("en-ZA", "ZAR", [230, 50], "Africa/Johannesburg"),
  region("de-DE", "EUR", [230, 50], "Europe/Berlin"),
  region("fr-FR", "EUR", [230, 50], "Europe/Paris"),
  region("it-IT", "EUR", [230, 50], "Europe/Rome"),
  region("pt-BR", "BRL", [127, 60], "America/Sao_Paulo"),
  region("pt-PT", "EUR", [230, 50], "Europe/Lisbon"),
];

/** The language of the interface that suits a browser's list of languages. */
export function languageOf(preferred: readonly string[]): Language {
  const first = preferred.find((tag) => /^(?:es|en)\b/i.test(tag));
  return first?.toLowerCase().startsWith("es") ? "es" : "en";
}

/** The region that a browser suggests: by its time zone first (people rarely change it), then by its languages. */
export function proposeRegion(preferred: readonly string[], zone: string): Region {
  const byZone = REGIONS.find((entry) => entry.zone === zone) ?? REGIONS.find((entry) => sharesCountry(entry, zone));
  const byTag = preferred
    .map((tag) => REGIONS.find((entry) => entry.tag.toLowerCase() === tag.toLowerCase()))
    .find(Boolean);
  const fallback = REGIONS.find(({ tag }) => tag === (languageOf(preferred) === "es" ? "es-MX" : "en-US"));
  return byZone ?? byTag ?? fallback ?? (REGIONS[0] as Region);
}

/** Further zones of the countries that have several. */
const MORE_ZONES: Readonly<Record<string, RegExp>> = {
  MX: /^America\/(?:Tijuana|Monterrey|Cancun|Merida|Chihuahua|Hermosillo|Mazatlan|Ciudad_Juarez|Matamoros|Ojinaga|Bahia_Banderas)$/,
  US: /^(?:America\/(?:Chicago|Denver|Los_Angeles|Phoenix|Anchorage|Detroit|Boise|Indiana\/.+|Kentucky\/.+|North_Dakota\/.+)|Pacific\/Honolulu)$/,
  CA: /^America\/(?:Vancouver|Edmonton|Winnipeg|Halifax|St_Johns|Regina|Montreal)$/,
  AR: /^America\/Argentina\//,
  ES: /^(?:Atlantic\/Canary|Africa\/Ceuta)$/,
  BR: /^America\/(?:Bahia|Fortaleza|Recife|Manaus|Belem|Cuiaba|Campo_Grande|Porto_Velho)$/,
  AU: /^Australia\//,
  CL: /^(?:America\/Punta_Arenas|Pacific\/Easter)$/,
  EC: /^Pacific\/Galapagos$/,
};

const sharesCountry = ({ country }: Region, zone: string): boolean => MORE_ZONES[country]?.test(zone) ?? false;

/** Tag for writing numbers and dates: the country's ways in the words of the language that is read. */
export const formatTag = (language: Language, region: string): string =>
  `${language}-${region.slice(region.lastIndexOf("-") + 1)}`;
