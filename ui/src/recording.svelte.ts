// The text of a session's recording.
import { url } from "./api";

export interface Recording {
  text: string | undefined;
  error: string;
}

/** Follow a session's recording ("" for none); fetched anew whenever `change` says something else. */
export function recording(id: () => string, change: () => string): Recording {
  const state = $state<Recording>({ text: undefined, error: "" });
  $effect(() => {
    const name = id();
    void change();
    if (!name) return;
    const control = new AbortController();
    fetch(url(`recordings/${encodeURIComponent(name)}.cast`), { signal: control.signal })
      .then(async (response) => {
        if (!response.ok) throw new Error(response.status === 404 ? "The recording was given up for room" : `The server answered ${response.status}`);
        const text = await response.text();
        if (text !== state.text) state.text = text;
        state.error = "";
      })
      .catch((error: unknown) => {
        if (!control.signal.aborted) state.error = error instanceof Error ? error.message : String(error);
      });
    return () => control.abort();
  });
  return state;
}
