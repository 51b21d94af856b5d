/**
 * Draws how the cost of hooks grows with the number of certificates.
 *
 * @module
 */
import { type Kind, type Layout, LAYOUTS } from "./cases.ts";
import { type CaseResult, programOf, ratioOf, type Results } from "./results.ts";

/** A curve: the cost of one hook at several sizes. */
export interface Curve {
  /** The hook. */
  readonly name: Kind;
  /** Number of certificates, and the cost. */
  readonly points: readonly (readonly [size: number, cost: number])[];
}

const SHOWN = {
  "update-status": "#0b62a4",
  "config-changed": "#7a92a3",
  "relation-changed": "#c0392b",
  "relation-departed": "#e08e0b",
  "relation-broken": "#6b8e23",
  stop: "#7b3f99",
} as const satisfies Partial<Record<Kind, string>>;

/** A hook with a curve. */
type Shown = keyof typeof SHOWN;

const PANEL = { width: 300, height: 260, left: 46, top: 64, gap: 34 };
const LEGEND_HEIGHT = 34;
const SIZES = [1, 10, 100, 1000];
const COSTS = [1, 2, 5, 10, 20, 50, 100];

/**
 * Draws one panel for each layout. The cost is the processor time of a hook with its tools, in terms
 * of an empty program of the same run. Both axes are logarithmic.
 *
 * @returns The picture, as SVG.
 */
export function renderChart({ cases, charms, machine }: Results): string {
  const [charm = ""] = Object.keys(charms);
  const common = cases.filter(({ members, toolDelayMs }) =>
    members === 1 && toolDelayMs === machine["toolDelayMs"]
  );
  const layouts = Object.keys(LAYOUTS) as Layout[];
  const panels = layouts.map((layout) => curvesOf(common, { charm, layout }));
  const highest = Math.max(2, ...panels.flat().flatMap(({ points }) => points.map(([, y]) => y)));
  const top = COSTS.find((cost) => cost >= highest) ?? highest;
  const step = PANEL.width + PANEL.left + PANEL.gap;
  const [width, height] = [layouts.length * step, PANEL.top + PANEL.height + 40 + LEGEND_HEIGHT];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
    'font-family="sans-serif" font-size="12" fill="#222">',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    '<text x="16" y="24" font-size="15">Processor time of a hook with its tools, ' +
    "in empty programs of the same runtime</text>",
    ...panels.map((curves, index) =>
      `<g transform="translate(${index * step + PANEL.left} ${PANEL.top})">` +
      `${renderPanel(LAYOUTS[layouts[index] ?? "databag"], curves, top)}</g>`
    ),
    renderLegend(height - LEGEND_HEIGHT),
    "</svg>",
    "",
  ].join("\n");
}

/** Lists the curves of one layout. One certificate is the same in every layout. */
export function curvesOf(
  cases: readonly CaseResult[],
  { charm, layout }: { readonly charm: string; readonly layout: Layout },
): readonly Curve[] {
  const programs = [charm, programOf(charm, "empty")] as const;
  return (Object.keys(SHOWN) as Shown[]).map((name) => ({
    name,
    points: cases
      .filter((one) => one.kind === name && (one.layout === layout || one.size === 1))
      .map((one) => [one.size, ratioOf(one, programs, "cpuMs")] as const)
      .filter(([, cost]) => cost > 0)
      .toSorted(([a], [b]) => a - b),
  })).filter(({ points }) => points.length > 1);
}

function renderPanel(title: string, curves: readonly Curve[], top: number): string {
  const { width, height } = PANEL;
  const x = (size: number) => Math.log10(size) / 3 * width;
  const y = (cost: number) => height - Math.log(cost) / Math.log(top) * height;
  const at = ([size, cost]: Curve["points"][number]) => `${round(x(size))},${round(y(cost))}`;
  return [
    `<text x="0" y="-12">Certificates ${title}</text>`,
    ...SIZES.map((size) =>
      `<path d="M${round(x(size))} 0V${height}" stroke="#ddd"/>` +
      `<text x="${round(x(size))}" y="${height + 18}" text-anchor="middle">${size}</text>`
    ),
    ...COSTS.filter((cost) => cost <= top).map((cost) =>
      `<path d="M0 ${round(y(cost))}H${width}" stroke="#ddd"/>` +
      `<text x="-8" y="${round(y(cost) + 4)}" text-anchor="end">${cost}</text>`
    ),
    ...curves.map(({ name, points }) => {
      const color = SHOWN[name as Shown];
      return `<polyline points="${points.map(at).join(" ")}" fill="none" stroke="${color}" ` +
        `stroke-width="2"/>${points.map((point) => renderDot(at(point), color)).join("")}`;
    }),
  ].join("");
}

function renderDot(at: string, color: string): string {
  const [x, y] = at.split(",");
  return `<circle cx="${x}" cy="${y}" r="3" fill="${color}"/>`;
}

function renderLegend(y: number): string {
  return Object.entries(SHOWN).map(([name, color], index) => {
    const x = PANEL.left + index * 150;
    return `<path d="M${x} ${y + 8}h22" stroke="${color}" stroke-width="3"/>` +
      `<text x="${x + 28}" y="${y + 12}">${name}</text>`;
  }).join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
