// The terminal player: a chunk of its own, fetched when a recording is first looked at.
import "asciinema-player/dist/bundle/asciinema-player.css";
import { create, type Options, type Player, type Source } from "asciinema-player";

export type { Player };
export const play = (source: Source, box: HTMLElement, options: Options): Player => create(source, box, options);
