/**
 * `deno task pictures`: draws each `docs/pictures/*.dot` as an SVG beside it.
 *
 * @module
 */

import { instance } from "@viz-js/viz";
import { escapeXml } from "./xml.ts";

/** A drawn picture. */
export interface Picture {
  /** Path of the SVG in the project. */
  readonly path: string;
  /** The SVG. */
  readonly svg: string;
}

const ROOT = new URL("..", import.meta.url).pathname;
const FOLDER = "docs/pictures";
const FONT = "Helvetica";

// Readers have other fonts than Graphviz knows, so it makes room for letters larger than those shown.
const GRAPH = { bgcolor: "white", fontname: FONT, fontsize: 14, nodesep: 0.7, pad: 0.15 };
const NODE = { fontname: FONT, fontsize: 14, margin: "0.2,0.1", shape: "box", style: "rounded" };
const EDGE = { fontname: FONT, fontsize: 13 };

// The picture has a background of its own: a page may be dark though the system is not. Lines pass
// behind the words.
const STYLE = `
svg { --back: #ffffff; --text: #1f2328; --box: #f6f8fa; --line: #57606a; --ours: #fdece6; --mark: #dd4814 }
@media (prefers-color-scheme: dark) {
  svg { --back: #0d1117; --text: #e6edf3; --box: #161b22; --line: #9ea7b3; --ours: #3b1a10; --mark: #f27d52 }
}
text { fill: var(--text); font: 13px Helvetica, Arial, sans-serif }
.edge text { font-size: 12px; paint-order: stroke; stroke: var(--back); stroke-width: 4px }
.graph > polygon { fill: var(--back) }
.node path { fill: var(--box); stroke: var(--line) }
.node ellipse { fill: var(--line); stroke: var(--line) }
.ours path { fill: var(--ours); stroke: var(--mark); stroke-width: 1.5px }
.cluster path { stroke: var(--line); stroke-dasharray: 4 3 }
.edge path { stroke: var(--line) }
.edge polygon { fill: var(--line); stroke: var(--line) }
`;

/** Draws all pictures. The same text gives the same bytes. */
export async function drawPictures(): Promise<readonly Picture[]> {
  const viz = await instance();
  const draw = (dot: string) =>
    viz.renderString(dot, {
      format: "svg",
      graphAttributes: GRAPH,
      nodeAttributes: NODE,
      edgeAttributes: EDGE,
    });
  const names = await Array.fromAsync(Deno.readDir(`${ROOT}${FOLDER}`), ({ name }) => name);
  const texts = names.filter((name) => name.endsWith(".dot")).toSorted();
  return await Promise.all(texts.map(async (name) => {
    const dot = await Deno.readTextFile(`${ROOT}${FOLDER}/${name}`);
    const path = `${FOLDER}/${name.replace(/dot$/, "svg")}`;
    return { path, svg: finish(draw(dot), describe(dot)) };
  }));
}

/** What a reader who does not see the picture is told. */
interface Words {
  readonly title: string;
  readonly description: string;
}

/** Reads the comment at the beginning: its first line is the title. */
function describe(dot: string): Words {
  const [comment = ""] = /^(?:\/\/ .*\n)+/.exec(dot) ?? [];
  const [title = "", ...lines] = comment.trimEnd().split("\n").map((line) => line.slice(3));
  if (lines.length === 0) {
    throw new RangeError(
      "Cannot draw a picture: it begins with no comment of a title and more lines",
    );
  }
  return { title, description: lines.join(" ") };
}

/** Gives Graphviz's SVG its words and colors, and takes what is for nobody: comments and names of nodes. */
function finish(drawn: string, { title, description }: Words): string {
  const [, width, height, rest = ""] =
    /<svg width="(\d+)pt" height="(\d+)pt"\s+(viewBox="[^]*)$/.exec(drawn) ?? [];
  const body = rest.replaceAll(/<!--[^]*?-->\n/g, "").replaceAll(/<title>.*<\/title>\n/g, "")
    .replaceAll(/ (?:font-(?:family|size)|xmlns:xlink)="[^"]*"/g, "");
  const words = `<title>${escapeXml(title)}</title>\n<desc>${escapeXml(description)}</desc>\n`;
  return `<svg role="img" width="${width}" height="${height}" ${body}`
    .replace(">\n", `>\n${words}<style>${STYLE}</style>\n`);
}

if (import.meta.main) {
  for (const { path, svg } of await drawPictures()) await Deno.writeTextFile(`${ROOT}${path}`, svg);
}
