// A panel's figures: asked for when what they depend on changes and with the clock; the old ones stay until the new come.
import { ApiError, get } from "./api";
import { moving, place } from "./place.svelte";

/** Counts up at each automatic refresh. */
export const clock = $state({ beat: 0, again: 0 });

$effect.root(() => {
  $effect(() => {
    if (!place.refresh || !moving()) return;
    const timer = setInterval(() => document.hidden || clock.beat++, place.refresh * 1000);
    return () => clearInterval(timer);
  });
});

/** The fault that the server found in the search, if any: the search line shows it. */
export const fault = $state<{ message: string; position: number | null }>({ message: "", position: null });

function judge(error: ApiError | null): void {
  const position = error?.status === 400 ? error.position : null;
  if (position !== null || error === null) Object.assign(fault, { message: error?.message ?? "", position });
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
    get<T>(wanted, control.signal)
      .then((data) => {
        loaded.data = data;
        loaded.error = undefined;
        loaded.busy = false;
        if (fault.message) judge(null);
      })
      .catch((error: unknown) => {
        if (control.signal.aborted) return;
        loaded.error = error instanceof ApiError ? error : new ApiError(String(error), 0);
        loaded.busy = false;
        judge(loaded.error);
      });
    return () => control.abort();
  });
  return loaded;
}
