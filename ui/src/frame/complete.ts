// What may follow in the search line: fields, then values of the field that stands before the cursor.
import { get, url, type Field, type Terms } from "../api";
import { label, longName } from "../fields";
import { place } from "../place.svelte";
import { visible } from "../text";

export interface Offer {
  text: string; // what is put in
  from: number; // in place of the text from here to the cursor
  says: string;
  note: string;
}

const MOST = 9;
// The word that the cursor stands behind: from the last space or bracket that is not within quotes.
const WORD = /(?:[^\s()"]|"(?:\\.|[^"\\])*"?)*$/su;
const KEYWORDS: [string, string][] = [
  ["and ", "both"],
  ["or ", "one of both"],
  ["not ", "shut out"],
];

let fields: Promise<Field[]> | undefined;

function known(): Promise<Field[]> {
  fields ??= get<{ fields: Field[] }>(url("fields"))
    .then((answer) => answer.fields)
    .catch(() => {
      fields = undefined;
      return [];
    });
  return fields;
}

const plain = (value: string): boolean => /^[\w./:@+-]*$/.test(value) && value !== "" && !/^(and|or|not)$/i.test(value);
const quoted = (value: string): string => (plain(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`);

async function values(name: string, begun: string, from: number): Promise<Offer[]> {
  const field = (await known()).find((one) => one.name === name || one.short.includes(name));
  if (!field) return [];
  const start = begun.replace(/^"|"$/g, "");
  const q = plain(start) ? `${name}:${start}*` : "";
  const asked = url("terms", { q, from: place.from, to: place.to, field: field.name, size: MOST, unit: "events" });
  const terms = await get<Terms>(asked).catch(() => null);
  return (terms?.rows ?? [])
    .filter((row) => (row.values[0] ?? "").toLowerCase().startsWith(start.toLowerCase()))
    .map((row) => ({
      text: `${quoted(row.values[0] ?? "")} `,
      from,
      says: visible(row.values[0] ?? ""),
      note: String(row.count),
    }));
}

/** Offers for the text before the cursor, best first. */
export async function complete(before: string): Promise<Offer[]> {
  const word = WORD.exec(before)?.[0] ?? "";
  const start = before.length - word.length;
  const colon = word.indexOf(":");
  if (colon > 0) return values(word.slice(0, colon).replace(/^-/, ""), word.slice(colon + 1), start + colon + 1);
  const begun = word.toLowerCase();
  const offers = (await known())
    .map((field) => ({ name: field.short[0] ?? field.name, field }))
    .filter(({ name, field }) => name.startsWith(begun) || field.name.includes(begun))
    .sort((a, b) => Number(b.name.startsWith(begun)) - Number(a.name.startsWith(begun)) || a.name.length - b.name.length)
    .map(({ name, field }) => ({ text: `${name}:`, from: start, says: name, note: label(longName(field.name)) }));
  const joins = /\S\s+$/.test(before.slice(0, start))
    ? KEYWORDS.filter(([text]) => begun && text.startsWith(begun)).map(([text, note]) => ({ text, from: start, says: text, note }))
    : [];
  return [...joins, ...offers].slice(0, MOST);
}
