// MITRE ATT&CK techniques: what an event shows, and what the ids stand for.
import { get, url, type Event, type Technique } from "./api";

const known = $state<{ byId: Record<string, Technique> }>({ byId: {} });
let asked = false;

/** The technique behind an id, as soon as the server has said. */
export function technique(id: string): Technique | undefined {
  if (!asked) {
    asked = true;
    void get<{ techniques: Technique[] }>(url("techniques"))
      .then((answer) => (known.byId = Object.fromEntries(answer.techniques.map((one) => [one.id, one]))))
      .catch(() => (asked = false));
  }
  return known.byId[id];
}

/** All techniques of an event, the weightiest first. */
export function shownBy(event: Event): string[] {
  const first = event["threat.technique.id"];
  const all = event["samovar.detail"]?.techniques;
  if (typeof all === "string" && typeof first === "string") return all.split(" ");
  return typeof first === "string" ? [first] : [];
}
