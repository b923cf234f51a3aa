// Attackers choose these strings. Nothing in them may act on the reader's screen: whatever has no shape of its own, or
// changes the shape of its neighbours, is shown as its code point.

// Controls, format characters (bidi, zero width), separators, unassigned, private use and lone surrogates; fillers that
// look like a space; variation selectors; and combining marks from the third in a row on.
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}\p{Co}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufe00-\ufe0f\u{e0100}-\u{e01ef}]|(?<=\p{M}{2})\p{M}|[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu;
const OUTER_SPACES = /^ +| +$/g;

const mark = (character: string): string =>
  `⟨U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}⟩`;

export interface Part {
  text: string;
  mark: boolean; // stands for a character that cannot be shown as it is
}

/** The pieces of a hostile string: harmless text, and marks that stand for what would not be seen. */
export function parts(hostile: string): Part[] {
  if (hostile === "") return [{ text: "⟨empty⟩", mark: true }];
  const pieces: Part[] = [];
  const plain = hostile.replace(OUTER_SPACES, (spaces) => "␠".repeat(spaces.length));
  let end = 0;
  for (const found of plain.matchAll(UNSEEN)) {
    if (found.index > end) pieces.push({ text: plain.slice(end, found.index), mark: false });
    pieces.push({ text: mark(found[0]), mark: true });
    end = found.index + found[0].length;
  }
  if (end < plain.length) pieces.push({ text: plain.slice(end), mark: false });
  return pieces;
}

/** A hostile string made visible and inert, for attributes and titles. */
export const visible = (hostile: string): string =>
  parts(hostile)
    .map((part) => part.text)
    .join("");
