/**
 * Draws the lines of a terminal as an SVG in which they appear one after another.
 *
 * @module
 */
import { escapeXml } from "../../build/xml.ts";

/** What was shown in a terminal. */
export interface Recording {
  /** Title of the picture. */
  readonly title: string;
  /** What a reader who does not see it is told. */
  readonly description: string;
  /** Width of the terminal in columns. */
  readonly columns: number;
  /** The lines, with escape sequences for colors. */
  readonly lines: readonly string[];
}

/** Rows of the terminal. */
const ROWS = 26;
const FONT_SIZE = 13;
const COLUMN = FONT_SIZE * 0.61;
const ROW = 18;
const PADDING = 14;
/** Height of the frame above the lines. */
const BAR = 26;

// The terminal is dark on every page.
const STYLE = `
.frame { fill: #15191f; stroke: #57606a }
.bar circle { fill: #57606a }
text { fill: #d0d7de; font: ${FONT_SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre }
.bold { fill: #ffffff; font-weight: bold }
.dim { fill: #9198a1 }
.red { fill: #ff7b72 }
.green { fill: #56d364 }
.yellow { fill: #e3b341 }
.cyan { fill: #76e3ea }
`;

/** The classes of the codes that end in "m". Other codes end a style. */
const CLASSES: Readonly<Record<string, string>> = {
  "1": "bold",
  "2": "dim",
  "31": "red",
  "32": "green",
  "33": "yellow",
  "36": "cyan",
};

/** Seconds before a line appears, by its beginning. The first that matches counts. */
const PAUSES: readonly (readonly [RegExp, number])[] = [
  [/^\d+\. /, 1],
  [/^ {2}\$ /, 0.7],
  [/^ {2}\u2713 /, 0.2],
  [/^/, 0.07],
];
const LAST_PAUSE = 8;

// deno-lint-ignore no-control-regex -- These are the escape sequences.
const STYLED_REGEXP = /\x1b\[(\d+)m([^\x1b]*)/g;

/** Takes the escape sequences out of a line. */
export function unstyled(line: string): string {
  return line.replaceAll(STYLED_REGEXP, "$2");
}

/**
 * Draws a recording. The last lines stay in sight for readers who want no motion.
 *
 * @returns The SVG. The same recording gives the same bytes.
 */
export function drawTerminal({ title, description, columns, lines }: Recording): string {
  const width = Math.ceil(columns * COLUMN + 2 * PADDING);
  const inner = ROWS * ROW;
  const height = BAR + inner + PADDING;
  const texts = lines.map((line, index) =>
    `<text y="${index * ROW + FONT_SIZE}">${draw(line)}</text>`
  );
  return `<svg role="img" xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title>${escapeXml(title)}</title>
<desc>${escapeXml(description)}</desc>
<style>${STYLE}${motion(lines)}</style>
<rect class="frame" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" />
<g class="bar"><circle cx="16" cy="13" r="4" /><circle cx="32" cy="13" r="4" /><circle cx="48" cy="13" r="4" /></g>
<svg x="${PADDING}" y="${BAR}" width="${width - PADDING}" height="${inner}">
<g class="lines" xml:space="preserve">
${texts.join("\n")}
</g>
</svg>
</svg>
`;
}

/** Draws a line: each style is an element of its own. */
function draw(line: string): string {
  const [plain = ""] = line.split("\x1b", 1);
  const styled = Array.from(line.matchAll(STYLED_REGEXP), ([, code = "", text = ""]) => {
    const name = CLASSES[code];
    return name && text ? `<tspan class="${name}">${escapeXml(text)}</tspan>` : escapeXml(text);
  });
  return escapeXml(plain) + styled.join("");
}

/** Moves the lines up, so that one after another appears in the last row. */
function motion(lines: readonly string[]): string {
  const place = (index: number) => `transform: translateY(${(ROWS - 1 - index) * ROW}px)`;
  let seconds = 0;
  const times = lines.map((line) => seconds += pauseBefore(unstyled(line)));
  const total = seconds + LAST_PAUSE;
  const frames = times.map((time, index) =>
    `${(time / total * 100).toFixed(2)}% { ${place(index)} }`
  );
  return `.lines { ${place(lines.length - 1)}; animation: show ${
    total.toFixed(1)
  }s step-end infinite }
@keyframes show {
0% { ${place(-1)} }
${frames.join("\n")}
}
@media (prefers-reduced-motion: reduce) { .lines { animation: none } }
`;
}

function pauseBefore(line: string): number {
  const [, seconds = 0] = PAUSES.find(([beginning]) => beginning.test(line)) ?? [];
  return seconds;
}
