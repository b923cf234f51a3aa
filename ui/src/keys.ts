// The page's own keys. Fields that take text, and keys with Ctrl, Alt or Meta, are left alone.
import { reload } from "./load.svelte";
import { live } from "./live.svelte";
import { go, type View } from "./place.svelte";
import { switchTheme } from "./session.svelte";

const PLACES: Record<string, View> = { o: "overview", e: "events", s: "sessions", a: "artefacts", n: "sensors" };
const PATIENCE = 1500; // ms between g and its second key

export interface Acts {
  search: () => void;
  help: () => void;
  times: () => void;
}

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));

/** Listen on the window; returns how to stop. */
export function keys(acts: Acts): () => void {
  let gone = 0; // when g was struck
  const single: Record<string, () => void> = {
    "/": acts.search,
    "?": acts.help,
    t: acts.times,
    r: reload,
    p: () => (live.paused = !live.paused),
    d: switchTheme,
  };
  const strike = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || typing(event.target)) return;
    const now = performance.now();
    const view = PLACES[event.key];
    if (view && now - gone < PATIENCE) {
      gone = 0;
      go({ view, id: "" });
    } else if (event.key === "g") gone = now;
    else if (single[event.key]) single[event.key]!();
    else return;
    event.preventDefault();
  };
  addEventListener("keydown", strike);
  return () => removeEventListener("keydown", strike);
}
