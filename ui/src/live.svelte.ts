// Attacks as they come: one stream for the page, filtered by the server, shut while nobody looks.
import { url, type Event } from "./api";
import { moving, place, search } from "./place.svelte";
import { sound } from "./verdict.svelte";

const RETRY = 3000;

export const live = $state({ connected: false, paused: false, rate: 0, dropped: 0 });

type Listener = (batch: Event[]) => void;
const listeners = new Set<Listener>();

/** Hear each batch; returns how to stop. */
export function hear(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function open(address: string): () => void {
  const source = new EventSource(address);
  source.onopen = () => (live.connected = true);
  source.onerror = () => (live.connected = false);
  let count = 0;
  const timer = setInterval(() => {
    if (live.rate !== count) live.rate = count;
    count = 0;
  }, 1000);
  source.addEventListener("events", (message: MessageEvent<string>) => {
    const batch = JSON.parse(message.data) as Event[];
    count += batch.length;
    for (const listener of listeners) listener(batch);
  });
  source.addEventListener("dropped", (message: MessageEvent<string>) => {
    live.dropped += Number(/\d+/.exec(message.data)?.[0] ?? 1);
  });
  return () => {
    clearInterval(timer);
    source.close();
    Object.assign(live, { connected: false, rate: 0 });
  };
}

/** Keep the stream open while it is wanted; to be called once, by the page's root. */
export function stream(allowed: () => boolean): void {
  let hidden = $state(document.hidden);
  let retry = $state(0);
  $effect(() => {
    const look = () => (hidden = document.hidden);
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  });
  $effect(() => {
    void retry;
    if (hidden || !allowed() || !place.live || !moving() || !sound()) return;
    const close = open(url("live", { q: search() }));
    // A browser gives up for good after an error status (a server that restarts).
    const timer = setInterval(() => live.connected || retry++, RETRY);
    return () => {
      clearInterval(timer);
      close();
    };
  });
}
