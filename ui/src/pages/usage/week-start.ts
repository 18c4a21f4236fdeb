/** Where `Intl` does not tell, weeks begin on Monday but here. */
const SUNDAY = /-(?:MX|US|CA|CO|PE|GT|SV|HN|NI|PA|DO|PR|VE|BR|JP|IL|ZA|IN|PH)$/;

interface WeekInfo {
  readonly firstDay: number;
}

/** The day on which weeks begin in a region: 1 (Monday) to 7 (Sunday). */
export function weekStartOf(region: string): number {
  const locale = new Intl.Locale(region) as Intl.Locale & { getWeekInfo?: () => WeekInfo; weekInfo?: WeekInfo };
  return (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? (SUNDAY.test(region) ? 7 : 1);
}
