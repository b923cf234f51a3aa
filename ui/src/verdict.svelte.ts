// Whether the search can be asked: found out once for all panels and for the stream, before any of them asks with it.
import { ApiError, get, url } from "./api";
import { search } from "./place.svelte";

/** The last search that was judged, and what the server found wrong with it: the search line shows it. */
export const judged = $state<{ q: string; message: string; position: number | null }>({ q: "", message: "", position: null });

const MOST = 30; // searches remembered
const known = new Map<string, Promise<ApiError | null>>();

function ask(q: string): Promise<ApiError | null> {
  return get(url("events", { q, from: "now-1s", limit: 1 })).then(
    () => null,
    (error: unknown) => {
      if (error instanceof ApiError && error.status === 400) return error;
      known.delete(q); // no verdict: whoever asks next meets the same trouble and says so
      return null;
    },
  );
}

/** The fault of a search, null if it has none. */
export function verdict(q: string): Promise<ApiError | null> {
  if (!q) return Promise.resolve(null);
  let found = known.get(q);
  if (!found) {
    if (known.size >= MOST) known.clear();
    found = ask(q);
    known.set(q, found);
  }
  return found;
}

/** Whether the present search was judged and is sound. */
export const sound = (): boolean => judged.q === search() && !judged.message;

/** Judge each new search; to be called once, by the page's root. */
export function judge(allowed: () => boolean): void {
  $effect(() => {
    const q = search();
    if (!allowed()) return;
    void verdict(q).then((error) => {
      if (q === search()) Object.assign(judged, { q, message: error?.message ?? "", position: error?.position ?? null });
    });
  });
}
