import type { EChartsCoreOption } from "echarts/core";

/** One school on the axis of an indicator. */
export interface Dot {
  code: string;
  name: string;
  value: number;
  state: string;
}

/** A line across the chart: the threshold, the floor, the mean. */
export interface Line {
  value: number;
  label: string;
  dashed?: boolean;
}

/** Shape and colour of a state, the same as `Verdict` draws. */
const MARKS: Record<string, { symbol: string; color: string }> = {
  met: { symbol: "circle", color: "#17692f" },
  missed: { symbol: "triangle", color: "#8f4a00" },
  "below-floor": { symbol: "rect", color: "#b3201a" },
};
const OTHER = { symbol: "diamond", color: "#586474" };

export interface Placed extends Dot {
  /** How many dots lie below it in the same interval. */
  level: number;
  /** The middle of its interval. */
  at: number;
}

/** Stacks the schools over their interval of the axis: each is one dot, none covers another. */
export function stacked(dots: Dot[], intervals = 48): Placed[] {
  if (dots.length === 0) return [];
  const values = dots.map((dot) => dot.value);
  const low = Math.min(...values);
  const width = (Math.max(...values) - low) / intervals || 1;
  const heights = new Map<number, number>();
  const inOrder = [...dots].sort((a, b) => a.value - b.value || a.code.localeCompare(b.code));
  return inOrder.map((dot) => {
    const interval = Math.min(Math.floor((dot.value - low) / width), intervals - 1);
    const level = heights.get(interval) ?? 0;
    heights.set(interval, level + 1);
    return { ...dot, level, at: low + (interval + 0.5) * width };
  });
}

export interface DistributionWords {
  value: string;
  schools: string;
  states: Record<string, string>;
}

/** The schools of a stage along an indicator, with the lines that decide. */
export function distribution(dots: Dot[], lines: Line[], words: DistributionWords, write: (value: number) => string): EChartsCoreOption {
  const placed = stacked(dots);
  const highest = Math.max(1, ...placed.map((dot) => dot.level + 1));
  const states = [...new Set(placed.map((dot) => dot.state))];
  const size = Math.max(5, Math.min(11, Math.floor(170 / highest)));
  return {
    grid: { left: 12, right: 24, top: 70, bottom: 36, containLabel: false },
    legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 10, textStyle: { fontSize: 12 } },
    tooltip: {
      formatter: (hit: { data: { name: string; shown: string } }) => `${hit.data.name}\n${words.value} ${hit.data.shown}`,
    },
    xAxis: {
      type: "value",
      scale: true,
      name: words.value,
      nameLocation: "middle",
      nameGap: 22,
      axisLabel: { fontSize: 11 },
      splitLine: { lineStyle: { color: "#e2e7ed" } },
      min: (range: { min: number; max: number }) => nice(Math.min(range.min, ...lines.map((line) => line.value)), range, -1),
      max: (range: { min: number; max: number }) => nice(Math.max(range.max, ...lines.map((line) => line.value)), range, 1),
    },
    yAxis: { type: "value", show: false, min: -0.6, max: highest },
    series: states.map((state, index) => ({
      type: "scatter",
      name: words.states[state] ?? state,
      symbol: (MARKS[state] ?? OTHER).symbol,
      symbolSize: size,
      itemStyle: { color: (MARKS[state] ?? OTHER).color, opacity: 0.92 },
      data: placed
        .filter((dot) => dot.state === state)
        .map((dot) => ({ value: [dot.at, dot.level], name: dot.name, code: dot.code, shown: write(dot.value) })),
      markLine:
        index === 0
          ? {
              silent: true,
              symbol: "none",
              data: lines.map((line, place) => ({
                xAxis: line.value,
                lineStyle: { color: "#1b2430", type: line.dashed ? "dashed" : "solid", width: 1.3 },
                label: { formatter: line.label, position: "end", fontSize: 11, color: "#1b2430", offset: [0, -14 * (place % 3)] },
              })),
            }
          : undefined,
    })),
  };
}

/** The end of an axis: a little beyond the last dot or line, on a round figure. */
function nice(edge: number, range: { min: number; max: number }, side: 1 | -1): number {
  const span = Math.max(range.max - range.min, Math.abs(edge) * 0.05, 1e-9);
  const step = 10 ** Math.floor(Math.log10(span)) / 2;
  const beyond = edge + side * span * 0.03;
  const end = side > 0 ? Math.ceil(beyond / step) * step : Math.floor(beyond / step) * step;
  const kept = edge >= 0 && side < 0 ? Math.max(0, end) : end;
  return Number(kept.toPrecision(12));
}
