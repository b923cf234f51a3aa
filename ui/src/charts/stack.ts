// uPlot as stacked bars with a line of distinct sources over them.
import uPlot from "uplot";
import type { Histogram } from "../api";
import { colour } from "../session.svelte";

const utc = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** Axis labels: the day at midnight and first, else the hour. */
function ticks(_chart: uPlot, splits: number[]): string[] {
  let day = "";
  return splits.map((seconds) => {
    const text = utc(seconds);
    const today = text.slice(5, 10);
    const midnight = text.slice(11, 16) === "00:00";
    const words = midnight || !day ? (midnight ? today : `${today} ${text.slice(11, 16)}`) : text.slice(11, 16);
    day = today;
    return words;
  });
}

const brief = new Intl.NumberFormat("en", { notation: "compact" });

/** The rows uPlot draws: sources first, then each series on top of those before it, the highest drawn first. */
export function stacked(histogram: Histogram): uPlot.AlignedData {
  const sum = histogram.times.map(() => 0);
  const layers = histogram.series.map((series) => series.counts.map((count, i) => (sum[i]! += count)));
  return [histogram.times, ...layers.reverse(), histogram.sources] as uPlot.AlignedData;
}

export interface Look {
  hues: number[]; // token number of each series, in the histogram's order
  line: boolean; // draw distinct sources
  onZoom: (from: number, to: number) => void;
  onCursor: (bucket: number | null) => void;
}

function bars(hue: number, interval: number): uPlot.Series {
  return {
    fill: () => colour(`series-${hue}`),
    width: 0,
    points: { show: false },
    // A bar covers its bucket, which starts at its time.
    paths: uPlot.paths.bars!({ size: [0.86, 60], align: 1, gap: interval ? 1 : 0 }),
  };
}

export function options(histogram: Histogram, look: Look, width: number, height: number): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: () => colour("fg-2"),
    grid: { stroke: () => colour("line"), width: 1 },
    ticks: { show: false },
    font: "11px system-ui, sans-serif",
  };
  const count: uPlot.Axis = { ...axis, size: 44, values: (_chart, splits) => splits.map((n) => brief.format(n)) };
  const lineSeries: uPlot.Series = {
    scale: "sources",
    show: look.line,
    stroke: () => colour("fg"),
    width: 1.25,
    dash: [3, 3],
    points: { show: false },
  };
  const last = (histogram.times.at(-1) ?? 0) + histogram.interval;
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, look.line ? 0 : 8, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
    cursor: { drag: { x: true, y: false, setScale: false, dist: 4 }, y: false, points: { show: false } },
    scales: {
      x: { range: () => [histogram.times[0] ?? 0, last] },
      y: { range: (_chart, _low, high) => [0, (high || 1) * 1.08] },
      sources: { range: (_chart, _low, high) => [0, (high || 1) * 1.08] },
    },
    axes: [
      { ...axis, values: ticks, size: 26, space: 80, grid: { show: false } },
      count,
      ...(look.line ? [{ ...count, scale: "sources", side: 1 as const, grid: { show: false } }] : []),
    ],
    series: [{}, ...look.hues.map((hue) => bars(hue, histogram.interval)).reverse(), lineSeries],
    hooks: {
      setSelect: [
        (chart) => {
          if (chart.select.width < 4) return;
          look.onZoom(chart.posToVal(chart.select.left, "x"), chart.posToVal(chart.select.left + chart.select.width, "x"));
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      setCursor: [
        (chart) => {
          const { left } = chart.cursor;
          const at = left == null || left < 0 ? null : chart.posToVal(left, "x");
          const start = histogram.times[0] ?? 0;
          const bucket = at === null ? null : Math.floor((at - start) / histogram.interval);
          look.onCursor(bucket !== null && bucket >= 0 && bucket < histogram.times.length ? bucket : null);
        },
      ],
    },
  };
}
