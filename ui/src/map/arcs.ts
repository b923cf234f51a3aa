// Attacks in flight: a pulse where one comes from, an arc to the urn. Where the sensor stands is nobody's business, so
// the urn stands below the map and not on it.
import type { Event } from "../api";
import { hue } from "../fields";
import { hear } from "../live.svelte";
import { colour, look } from "../session.svelte";
import { HEIGHT, project, WIDTH } from "./shapes";
import type { View } from "./view.svelte";

const LIFE = 1500; // ms
const MOST = 250; // arcs in flight; more would only be a haze
const FRAME = 30; // ms: 30 frames a second are enough and halve the cost
const STEPS = 14;
const URN = [WIDTH / 2, HEIGHT - 6] as const;

interface Arc {
  x: number;
  y: number;
  born: number;
  hue: number;
}

function drawArc(pen: CanvasRenderingContext2D, from: [number, number], age: number): void {
  const [x, y] = from;
  const [ux, uy] = URN;
  const cx = (x + ux) / 2;
  const cy = Math.min(y, uy) - Math.abs(ux - x) * 0.2 - 12;
  const head = Math.min(1, age * 1.6);
  const tail = Math.max(0, head - 0.4);
  pen.beginPath();
  for (let i = 0; i <= STEPS; i++) {
    const t = tail + ((head - tail) * i) / STEPS;
    const m = 1 - t;
    pen.lineTo(m * m * x + 2 * m * t * cx + t * t * ux, m * m * y + 2 * m * t * cy + t * t * uy);
  }
  pen.stroke();
}

/** Draw what comes live onto a canvas; returns how to stop. */
export function animate(canvas: HTMLCanvasElement, view: View): () => void {
  const pen = canvas.getContext("2d")!;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let arcs: Arc[] = [];
  let request = 0;
  let last = 0;
  let theme = "";
  let colours: string[] = [];

  function draw(now: number): void {
    request = requestAnimationFrame(draw);
    if (now - last < FRAME) return;
    last = now;
    const ratio = canvas.width / WIDTH;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, WIDTH, HEIGHT);
    arcs = arcs.filter((arc) => now - arc.born < LIFE);
    if (look.theme !== theme) {
      theme = look.theme;
      colours = Array.from({ length: 9 }, (_, i) => colour(`series-${i}`)); // not each frame: it makes styles anew
    }
    pen.lineWidth = 1.4;
    for (const arc of arcs) {
      const age = Math.max(0, (now - arc.born) / LIFE);
      const at = view.at(arc.x, arc.y);
      pen.globalAlpha = 1 - age;
      pen.strokeStyle = colours[arc.hue]!;
      pen.beginPath();
      pen.arc(...at, 2 + (still.matches ? 0 : 10 * age), 0, 7);
      pen.stroke();
      if (!still.matches) drawArc(pen, at, age);
    }
    pen.globalAlpha = 1;
    if (arcs.length) return;
    cancelAnimationFrame(request);
    request = 0;
  }

  const stop = hear((batch: Event[]) => {
    if (document.hidden) return;
    const now = performance.now();
    for (const event of batch.slice(-MOST)) {
      const lat = event["source.geo.location.lat"];
      const lon = event["source.geo.location.lon"];
      if (typeof lat !== "number" || typeof lon !== "number" || event["event.action"] === "disconnect") continue;
      const [x, y] = project(lon, lat);
      arcs.push({ x, y, born: now + Math.random() * 100, hue: hue(event["event.module"]) });
    }
    if (arcs.length > MOST) arcs = arcs.slice(-MOST);
    if (arcs.length) request ||= requestAnimationFrame(draw);
  });
  return () => {
    stop();
    cancelAnimationFrame(request);
  };
}
