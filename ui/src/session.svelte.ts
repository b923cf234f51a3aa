// Who is signed in, and the look the reader chose.
import { get, onSignedOut, post, url, type Me } from "./api";

export const user = $state<{ state: Me["state"] | "unknown"; name: string; token: string; error: string }>({
  state: "unknown",
  name: "",
  token: "",
  error: "",
});

onSignedOut(() => {
  if (user.state === "ok") user.state = "login";
});

// The first-run token comes in the fragment, which no server logs; it leaves the address at once.
const token = /^#token=([\w.~-]+)$/.exec(location.hash)?.[1];
if (token) {
  user.token = token;
  history.replaceState(null, "", location.pathname + location.search);
}

export async function whoAmI(): Promise<void> {
  try {
    const me = await get<Me>(url("me"));
    Object.assign(user, { state: me.state, name: me.user ?? "", error: "" });
  } catch (error) {
    user.error = error instanceof Error ? error.message : String(error);
  }
}

export async function signOut(): Promise<void> {
  await post("logout", {}).catch(() => undefined);
  user.state = "login";
}

type Theme = "dark" | "light";
const root = document.documentElement;
const STORE = "samovar-theme";

function stored(): string | null {
  try {
    return localStorage.getItem(STORE);
  } catch {
    return null; // storage is switched off: the system's choice holds
  }
}

const chosen = stored();
const system = matchMedia("(prefers-color-scheme: light)");
const prefers = (): Theme => (system.matches ? "light" : "dark");
export const look = $state<{ theme: Theme }>({ theme: chosen === "dark" || chosen === "light" ? chosen : prefers() });
root.dataset.theme = look.theme;

function show(theme: Theme): void {
  look.theme = theme;
  root.dataset.theme = theme;
}

system.addEventListener("change", () => {
  if (!stored()) show(prefers());
});

export function switchTheme(): void {
  show(look.theme === "dark" ? "light" : "dark");
  try {
    localStorage.setItem(STORE, look.theme);
  } catch {
    // as above: the choice lasts until the page is left
  }
}

/** A colour token of the style sheet, as the present theme has it. */
export const colour = (name: string): string => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
