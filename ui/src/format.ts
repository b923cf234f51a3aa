// Numbers, times and names, one way for the whole page. Times are UTC: attackers and colleagues live everywhere.

const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const terse = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 2 });
const regions = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });

export const number = (value: number): string => whole.format(value);
export const compact = (value: number): string => (value < 10_000 ? whole.format(value) : short.format(value));
/** As `compact`, where there is room for four characters. */
export const brief = (value: number): string => (value < 1000 ? whole : terse).format(value);
export const plural = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${number(count)} ${count === 1 ? noun : nouns}`;

/** `2026-11-24 06:02:36` of an ISO time or of seconds since 1970. */
export function stamp(time: string | number): string {
  const date = typeof time === "number" ? new Date(time * 1000) : new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString().slice(0, 19).replace("T", " ");
}
export const clock = (time: string): string => stamp(time).slice(11);

export function duration(seconds: number): string {
  if (seconds < 0.001) return "0 s";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.round((seconds % 86_400) / 3600)} h`;
}

export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let power = 0;
  for (; count >= 1000 && power < units.length - 1; power++) count /= 1000;
  return `${count.toFixed(power && count < 10 ? 1 : 0)} ${units[power]}`;
}

/** The English name of a country's ISO code; the code itself when it is none. */
export const country = (code: string): string => (/^[A-Z]{2}$/.test(code) ? (regions.of(code) ?? code) : code);
