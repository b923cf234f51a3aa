// The places attacks came from, as discs whose area tells how many; redrawn when the view or the figures change.
import type { Cell } from "../api";
import { colour } from "../session.svelte";
import { HEIGHT, project, WIDTH } from "./shapes";
import type { View } from "./view.svelte";

export function drawPoints(canvas: HTMLCanvasElement, cells: Cell[], view: View): void {
  const pen = canvas.getContext("2d")!;
  const ratio = canvas.width / WIDTH;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, WIDTH, HEIGHT);
  const most = Math.max(1, ...cells.map((cell) => cell.count));
  pen.fillStyle = colour("point");
  pen.strokeStyle = colour("point-edge");
  pen.lineWidth = 0.6;
  for (const cell of cells) {
    const [x, y] = view.at(...project(cell.lon, cell.lat));
    if (x < -20 || y < -20 || x > WIDTH + 20 || y > HEIGHT + 20) continue;
    const size = 1.3 + 7 * Math.sqrt(cell.count / most) * Math.sqrt(view.k);
    pen.beginPath();
    pen.arc(x, y, size, 0, 7);
    pen.globalAlpha = 0.5;
    pen.fill();
    pen.globalAlpha = 0.9;
    pen.stroke();
  }
  pen.globalAlpha = 1;
}
