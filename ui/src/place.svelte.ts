// Where the reader is. The address holds all of it, so every view is a link and the back button works.
import { compose, decode, encode, type Filter } from "./filters";

export const VIEWS = ["overview", "events", "sessions", "session", "source", "artefacts", "sensors"] as const;
export type View = (typeof VIEWS)[number];

export const BY = {
  "event.module": "family",
  "source.geo.country_iso_code": "country",
  "destination.port": "port",
  "event.dataset": "sensor",
} as const;
export type By = keyof typeof BY;

export interface Place {
  view: View;
  id: string; // of a session or a source
  q: string;
  filters: Filter[];
  from: string;
  to: string;
  by: By;
  refresh: number; // seconds; 0: never
  live: boolean;
  order: "desc" | "asc";
  columns: string[];
}

const COLUMNS = [
  "source.geo.country_iso_code",
  "source.ip",
  "event.dataset",
  "destination.port",
  "event.action",
  "user.name",
  "samovar.login.password",
  "process.command_line",
];
const NOWHERE: Place = {
  view: "overview",
  id: "",
  q: "",
  filters: [],
  from: "now-24h",
  to: "now",
  by: "event.module",
  refresh: 10,
  live: true,
  order: "desc",
  columns: COLUMNS,
};

const PATHS: Record<View, string> = {
  overview: "/",
  events: "/events",
  sessions: "/sessions",
  session: "/sessions/",
  source: "/sources/",
  artefacts: "/artefacts",
  sensors: "/sensors",
};
const WITH_ID = ["session", "source"] as const;

function where(path: string): { view: View; id: string } {
  for (const view of WITH_ID) {
    const id = path.startsWith(PATHS[view]) ? path.slice(PATHS[view].length) : "";
    if (id) return { view, id: decoded(id) };
  }
  return { view: VIEWS.find((view) => PATHS[view] === path) ?? NOWHERE.view, id: "" };
}
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray % in a link that somebody typed
  }
}

function read(): Place {
  const search = new URLSearchParams(location.search);
  const refresh = Number(search.get("refresh") ?? NOWHERE.refresh);
  return {
    ...where(location.pathname),
    q: search.get("q") ?? "",
    filters: search.getAll("f").flatMap((text) => decode(text) ?? []),
    from: search.get("from") ?? NOWHERE.from,
    to: search.get("to") ?? NOWHERE.to,
    by: (Object.keys(BY) as By[]).find((field) => BY[field] === search.get("by")) ?? NOWHERE.by,
    refresh: Number.isFinite(refresh) && refresh >= 0 ? refresh : NOWHERE.refresh,
    live: search.get("live") !== "off",
    order: search.get("order") === "asc" ? "asc" : "desc",
    columns: search.get("columns")?.split(",").filter(Boolean) ?? COLUMNS,
  };
}

/** The address of a place: path and search. */
export function address(there: Place): string {
  const search = new URLSearchParams();
  for (const name of ["q", "from", "to"] as const) if (there[name] !== NOWHERE[name]) search.set(name, there[name]);
  for (const filter of there.filters) search.append("f", encode(filter));
  if (there.by !== NOWHERE.by) search.set("by", BY[there.by]);
  if (there.refresh !== NOWHERE.refresh) search.set("refresh", String(there.refresh));
  if (!there.live) search.set("live", "off");
  if (there.order !== NOWHERE.order) search.set("order", there.order);
  if (there.columns.join() !== COLUMNS.join()) search.set("columns", there.columns.join());
  const text = search.toString();
  return PATHS[there.view] + encodeURIComponent(there.id) + (text && `?${text}`);
}

export const place: Place = $state(read());
addEventListener("popstate", () => Object.assign(place, read()));

/** The address of another view, with the search and time of this one. */
export const link = (view: View, id = ""): string => address({ ...place, view, id });

export function go(change: Partial<Place>, quietly = false): void {
  Object.assign(place, change);
  const next = address(place);
  if (next === location.pathname + location.search) return;
  if (quietly) history.replaceState(null, "", next);
  else history.pushState(null, "", next);
}

/** The whole search: text and pills. */
export const search = (): string => compose(place.q, place.filters);
/** Search and time, as every question to the server takes them. */
export const scope = (): { q: string; from: string; to: string } => ({ q: search(), from: place.from, to: place.to });
/** Whether the span ends now, so that it moves and what comes live belongs to it. */
export const moving = (): boolean => place.to === "now";

const same = (filter: Filter, field: string, value: string): boolean => filter.field === field && filter.value === value;

export const filtered = (field: string, value: string): Filter | undefined =>
  place.filters.find((filter) => same(filter, field, value) && !filter.off);

/** Ask for a value, or shut it out; asking the same again takes the filter away. */
export function filter(field: string, value: string, without = false): void {
  const others = place.filters.filter((one) => !same(one, field, value));
  const before = place.filters.find((one) => same(one, field, value));
  const again = before && before.without === without && !before.off;
  go({ filters: again ? others : [...others, { field, value, without, off: false, pinned: false }] });
}

/** A click on a link to a view: gone to within the page, but for new tabs and windows, which are the browser's. */
export function follow(event: MouseEvent, view: View, id = ""): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  go({ view, id });
  scrollTo(0, 0);
}
