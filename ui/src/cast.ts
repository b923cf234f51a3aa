// A recording as text: what the screen showed and what was typed, line by line, without what only moves or colours.

export interface Line {
  time: number; // seconds since the session began
  typed: boolean;
  text: string;
}

type Entry = [number, string, string];

const SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^X][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g;
const BYTE = /[\uf780-\uf7ff]/g; // stands for a byte that was no text
const MOST = 5000; // lines

function* entries(content: string): Generator<Entry> {
  for (const line of content.split("\n").slice(1)) {
    if (!line) continue;
    try {
      const entry: unknown = JSON.parse(line);
      if (Array.isArray(entry) && typeof entry[0] === "number" && typeof entry[2] === "string") yield entry as Entry;
    } catch {
      // a line that is not complete yet
    }
  }
}

/** A line as it stood at its end: a backspace takes back, a carriage return begins anew. */
function settled(raw: string): string {
  let line = "";
  let at = 0;
  for (const char of raw.replace(SEQUENCE, "")) {
    if (char === "\r") at = 0;
    else if (char === "\b") at = Math.max(0, at - 1);
    else if (char !== "\u0007") {
      line = line.slice(0, at) + char + line.slice(at + char.length);
      at += char.length;
    }
  }
  const bytes = line.replace(BYTE, (char) => `\\x${(char.charCodeAt(0) - 0xf700).toString(16)}`);
  return bytes.trimEnd();
}

/** The lines of a recording, of the screen or of the keyboard; at most `MOST`. */
export function transcript(content: string, typed: boolean): Line[] {
  const lines: Line[] = [];
  let open = "";
  let since = 0;
  const end = typed ? /\r\n?|\n/ : /\n/;
  for (const [time, code, data] of entries(content)) {
    if (code !== (typed ? "i" : "o")) continue;
    if (!open) since = time;
    const pieces = (open + data).split(end);
    open = pieces.pop() ?? "";
    for (const piece of pieces) {
      lines.push({ time: since, typed, text: settled(piece.replace(/\r$/, "")) });
      since = time;
    }
    if (lines.length >= MOST) return lines.slice(0, MOST);
  }
  if (open) lines.push({ time: since, typed, text: settled(open) });
  return lines;
}
