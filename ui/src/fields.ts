// What the page knows about fields: their names for people, the short names that searches and addresses use.
import { country } from "./format";

interface Known {
  label: string;
  short?: string;
}

const KNOWN: Record<string, Known> = {
  "@timestamp": { label: "Time (UTC)" },
  "event.module": { label: "Family", short: "family" },
  "event.dataset": { label: "Sensor" },
  "event.action": { label: "Action", short: "action" },
  "event.outcome": { label: "Outcome", short: "outcome" },
  "source.geo.country_iso_code": { label: "Country", short: "country" },
  "source.geo.city_name": { label: "City", short: "city" },
  "source.as.number": { label: "AS number", short: "asn" },
  "source.as.organization.name": { label: "AS organisation", short: "org" },
  "source.ip": { label: "Source", short: "ip" },
  "source.os.name": { label: "Operating system", short: "os" },
  "destination.port": { label: "Port", short: "port" },
  "user.name": { label: "User name", short: "user" },
  "samovar.login.password": { label: "Password", short: "password" },
  "process.command_line": { label: "Command", short: "command" },
  "samovar.session.id": { label: "Session", short: "session" },
  "samovar.client.version": { label: "Client version", short: "client" },
  "samovar.ssh.hassh": { label: "HASSH", short: "hassh" },
  "tls.client.ja3": { label: "JA3", short: "ja3" },
  "tls.client.ja4": { label: "JA4", short: "ja4" },
  "http.request.method": { label: "Method", short: "method" },
  "url.original": { label: "URL", short: "url" },
  "user_agent.original": { label: "User agent", short: "agent" },
  "file.name": { label: "File", short: "file" },
  "file.hash.sha256": { label: "SHA-256", short: "sha256" },
  "file.hash.md5": { label: "MD5", short: "md5" },
  "vulnerability.id": { label: "Vulnerability", short: "cve" },
  "samovar.reputation": { label: "Reputation", short: "reputation" },
  "rule.name": { label: "Alert", short: "rule" },
  "threat.technique.id": { label: "ATT&CK technique", short: "technique" },
};

export const FAMILIES: Record<string, string> = {
  terminal: "Terminal",
  services: "Services",
  web: "Web",
  elastic: "Elastic",
  catchall: "Catch-all",
  ics: "Industrial",
  ev: "E-mobility",
  nsm: "Network",
};
const ORDER = Object.keys(FAMILIES);

const BY_SHORT = new Map(Object.entries(KNOWN).flatMap(([name, { short }]) => (short ? [[short, name]] : [])));

export const label = (field: string): string => KNOWN[field]?.label ?? field;
/** The name that a search or an address uses for a field. */
export const shortName = (field: string): string => KNOWN[field]?.short ?? field;
/** The ECS name behind a short one. */
export const longName = (field: string): string => BY_SHORT.get(field) ?? field;

/** A value as people say it: a country's name for its code, a family's name; all else as it is. */
export function say(field: string, value: string): string {
  if (field === "source.geo.country_iso_code") return country(value);
  if (field === "event.module") return FAMILIES[value] ?? value;
  if (field === "event.dataset") return value.replace(/^[a-z]+\./, "");
  if (field === "source.as.number") return `AS${value}`;
  return value;
}

/** The colour of a family, the same in every panel: the number of a `--series-n` token. */
export function hue(family: string): number {
  const place = ORDER.indexOf(family);
  return place < 0 ? 8 : place;
}

/** The family part of a dataset such as `terminal.ssh`. */
export const familyOf = (dataset: string): string => dataset.split(".", 1)[0] ?? "";
