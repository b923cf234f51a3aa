/// <reference types="svelte" />
/// <reference types="vite/client" />

/** Where the build put the world map. */
declare const WORLD_MAP: string;
