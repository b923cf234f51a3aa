// What part of the map is looked at: a scale and a shift, kept within the map.
import { HEIGHT, WIDTH } from "./shapes";

const CLOSEST = 12;

export class View {
  k = $state(1);
  x = $state(0);
  y = $state(0);

  /** Scale by `factor` around a point of the frame (in map units), so that what is under it stays there. */
  zoom(factor: number, px = WIDTH / 2, py = HEIGHT / 2): void {
    const k = Math.min(CLOSEST, Math.max(1, this.k * factor));
    const real = k / this.k;
    this.#set(k, px - (px - this.x) * real, py - (py - this.y) * real);
  }
  pan(dx: number, dy: number): void {
    this.#set(this.k, this.x + dx, this.y + dy);
  }
  reset(): void {
    this.#set(1, 0, 0);
  }
  at(px: number, py: number): [number, number] {
    return [px * this.k + this.x, py * this.k + this.y];
  }
  #set(k: number, x: number, y: number): void {
    this.k = k;
    this.x = Math.min(0, Math.max(WIDTH * (1 - k), x));
    this.y = Math.min(0, Math.max(HEIGHT * (1 - k), y));
  }
}
