// A panel's figures: asked for when what they depend on changes and with the clock; the old ones stay until the new come.
import { ApiError, get } from "./api";
import { moving, place } from "./place.svelte";
import { verdict } from "./verdict.svelte";

/** Counts up at each automatic refresh. */
export const clock = $state({ beat: 0, again: 0 });

$effect.root(() => {
  $effect(() => {
    if (!place.refresh || !moving()) return;
    const timer = setInterval(() => document.hidden || clock.beat++, place.refresh * 1000);
    return () => clearInterval(timer);
  });
});

/** The answer, unless the search in the address has a fault, which is then the error. */
async function asked<T>(address: string, signal: AbortSignal): Promise<T> {
  const fault = await verdict(new URL(address, location.origin).searchParams.get("q") ?? "");
  if (fault) throw fault;
  signal.throwIfAborted();
  return get<T>(address, signal);
}

/** Ask for everything anew, now. */
export const reload = (): void => void clock.again++;

export class Loaded<T> {
  data = $state.raw<T>();
  error = $state.raw<ApiError>();
  busy = $state(false);
}

/** Follow an address; null asks nothing. To be called while a component is set up. */
export function load<T>(address: () => string | null, beating = true): Loaded<T> {
  const loaded = new Loaded<T>();
  let last: string | null = null;
  $effect(() => {
    const wanted = address();
    if (beating) void clock.beat;
    void clock.again;
    if (wanted === null) return;
    const control = new AbortController();
    if (wanted !== last) loaded.busy = true;
    last = wanted;
    asked<T>(wanted, control.signal)
      .then((data) => {
        loaded.data = data;
        loaded.error = undefined;
        loaded.busy = false;
      })
      .catch((error: unknown) => {
        if (control.signal.aborted) return;
        loaded.error = error instanceof ApiError ? error : new ApiError(String(error), 0);
        loaded.busy = false;
      });
    return () => control.abort();
  });
  return loaded;
}
