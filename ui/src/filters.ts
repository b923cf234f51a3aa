// Filters (the pills) and what they and the search line make of each other. In the address a filter is
// `[*][~][-]field:value`: * kept by "clear all", ~ switched off, - shut out.
import { longName, shortName } from "./fields";

export interface Filter {
  field: string; // ECS name
  value: string;
  without: boolean;
  off: boolean;
  pinned: boolean;
}

export const encode = (filter: Filter): string =>
  (filter.pinned ? "*" : "") +
  (filter.off ? "~" : "") +
  (filter.without ? "-" : "") +
  `${shortName(filter.field)}:${filter.value}`;

export function decode(text: string): Filter | null {
  const found = /^(\*?)(~?)(-?)([\w.@]+):(.*)$/su.exec(text);
  if (!found) return null;
  const [, pinned, off, without, field, value] = found;
  return { field: longName(field!), value: value!, without: !!without, off: !!off, pinned: !!pinned };
}

const quote = (value: string): string => `"${value.replace(/["\\]/g, "\\$&")}"`;

/** A filter in the search language. */
export const term = (filter: Filter): string =>
  `${filter.without ? "not " : ""}${shortName(filter.field)}:${quote(filter.value)}`;

/** The search that asks for the text and for all filters that are on. The text stands first, for error positions. */
export function compose(text: string, filters: Filter[]): string {
  const terms = filters.filter((filter) => !filter.off).map(term);
  const own = text.trim();
  if (own) terms.unshift(terms.length ? `(${own})` : own);
  return terms.join(" and ");
}

/** Where in the typed text a fault lies that the server found at `position` of the composed search. */
export function faultAt(position: number, text: string, filters: Filter[]): number {
  const bracket = filters.some((filter) => !filter.off) ? 1 : 0;
  const lead = text.length - text.trimStart().length;
  const units = [...text.trimStart()].slice(0, Math.max(0, position - bracket)).join("").length; // code points to UTF-16
  return Math.min(text.length, lead + units);
}
