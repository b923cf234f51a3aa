// The server's answers, as samovar/store/interface.py and samovar/web define them, and the one way to ask for them.

export type Unit = "attacks" | "events" | "sources" | "logins";

export interface SummaryRow {
  family: string;
  protocol: string;
  attacks: number;
  logins: number;
  sources: number;
}
export interface Summary {
  rows: SummaryRow[];
  attacks: number;
  events: number;
  logins: number;
  sources: number;
}
export interface Series {
  key: string; // "" is "all the others"
  counts: number[];
}
export interface Histogram {
  interval: number; // seconds a bucket
  times: number[]; // seconds since 1970
  series: Series[];
  sources: number[];
}
export interface TermRow {
  values: string[];
  count: number;
  sources: number;
}
export interface Terms {
  fields: string[];
  rows: TermRow[];
  total: number;
  distinct: number;
}
export interface Cell {
  lat: number;
  lon: number;
  country: string;
  city: string;
  count: number;
}
/** One event: flat ECS names; `samovar.detail` is the only nested value. */
export interface Event {
  "@timestamp": string;
  "event.id": string;
  "event.sequence": number;
  "event.action": string;
  "event.module": string;
  "event.dataset": string;
  "samovar.session.id": string;
  "source.ip": string;
  "destination.port": number;
  "event.outcome"?: string;
  "source.geo.country_iso_code"?: string;
  "source.geo.location.lat"?: number;
  "source.geo.location.lon"?: number;
  "samovar.detail"?: Record<string, string | number | boolean>;
  [name: string]: unknown;
}
export interface Page {
  events: Event[];
  next: string | null;
}
export interface SessionRow {
  id: string;
  start: string;
  family: string;
  protocol: string;
  source_ip: string;
  destination_port: number;
  events: number;
  logins: number;
  commands: number;
  country: string;
  files: number;
  duration: number; // seconds
}
/** A page of sessions; `recorded` and `live` name those whose terminal was recorded, and those that still run. */
export interface SessionList {
  sessions: SessionRow[];
  next: string | null;
  recorded: string[];
  live: string[];
}
export interface SessionEvents {
  events: Event[];
  recorded: boolean;
  live: boolean;
}
export interface Technique {
  id: string;
  name: string;
  url: string;
}
export interface Artefact {
  sha256: string;
  md5: string;
  size: number;
  name: string;
  first_seen: string;
  last_seen: string;
  count: number;
  sources: number;
}
export interface SourceReport {
  ip: string;
  country: string;
  as_number: number | null;
  as_organization: string;
  first_seen: string | null;
  last_seen: string | null;
  attacks: number;
  events: number;
  protocols: TermRow[];
  credentials: TermRow[];
  commands: TermRow[];
  sessions: SessionRow[];
}
export interface Sensor {
  sensor: string;
  family: string;
  transport: string;
  port: number;
  bound: string;
  attacks?: number | null;
}
export interface Field {
  name: string;
  short: string[];
  type: string;
}
export interface Health {
  status: string;
  version: string;
  uptime: number;
  demo: boolean;
  geo: { available: boolean; attribution: string };
  events: number;
  lag: number;
  drops: Record<string, number>;
  workers: { pid: number; restarts: number; layers_missing: string[] }[];
  disk: { used: number; budget: number; free: number; state: string };
}
export interface Me {
  state: "setup" | "login" | "ok";
  user: string | null;
}

/** What the server refused and, for a search, where in its text the fault lies. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly position: number | null = null,
  ) {
    super(message);
  }
}

export type Params = Record<string, string | number | string[] | undefined>;

export function url(path: string, params: Params = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== "") search.append(name, String(one));
  const text = search.toString();
  return `/api/v1/${path}${text && `?${text}`}`;
}

const signedOut = new Set<() => void>();

/** Call `act` whenever the server says that nobody is signed in. */
export function onSignedOut(act: () => void): void {
  signedOut.add(act);
}

async function answer<T>(request: Promise<Response>): Promise<T> {
  let response: Response;
  try {
    response = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("The server does not answer", 0);
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as T;
  const fault = (body as { error?: { message?: string; position?: number | null } } | null)?.error;
  if (response.status === 401) for (const act of signedOut) act();
  throw new ApiError(fault?.message ?? `The server answered ${response.status}`, response.status, fault?.position);
}

export function get<T>(address: string, signal?: AbortSignal): Promise<T> {
  return answer<T>(fetch(address, { signal: signal ?? null, headers: { Accept: "application/json" } }));
}

export function post<T>(path: string, body: unknown): Promise<T> {
  return answer<T>(
    fetch(url(path), { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
  );
}
