/**
 * Hook tools that say what they took.
 *
 * @module
 */

/** Tools in a folder. */
export interface MeasuredTools {
  /** The folder, for PATH. */
  readonly folder: string;
  /** Returns the milliseconds of processor time of all tools since the last question. */
  readonly spent: () => number;
}

// Perl without modules has the system calls only. The numbers are those of Linux.
const GETRUSAGE = Deno.build.arch === "aarch64" ? 165 : 98;
const END_REGEXP = /\nexit \$code;\n$/;

/** Renders the end of a tool, which writes down what the kernel says of it. */
function renderEnd(report: string): string {
  return String.raw`
my $usage = "\0" x 144;
syscall(${GETRUSAGE}, 0, $usage);
my ($user, $userMicros, $system, $systemMicros) = unpack('q4', $usage);
open(my $report, '>>', '${report}');
syswrite($report, (($user + $system) * 1_000_000 + $userMicros + $systemMicros) . "\n");
exit $code;
`;
}

/**
 * Copies the tools of a Juju model. A tool asks the kernel at its end, so the end itself counts for the
 * program that waits for it.
 *
 * @param of A folder with the model's tools: links to one client.
 * @param to An empty folder.
 */
export async function copyTools(of: string, to: string): Promise<MeasuredTools> {
  const [client, report] = [`${to}/client`, `${to}/report`];
  const names = await Array.fromAsync(Deno.readDir(of), ({ name }) => name);
  const text = await Deno.readTextFile(`${of}/${names[0]}`);
  if (!END_REGEXP.test(text)) throw new Error("Cannot measure tools: their client ends otherwise");
  const measured = text.replace(END_REGEXP, () => renderEnd(report));
  await Deno.writeTextFile(client, measured, { mode: 0o755 });
  await Deno.mkdir(`${to}/tools`);
  for (const name of names) await Deno.symlink(client, `${to}/tools/${name}`);
  const spent = () => {
    const lines = read(report);
    Deno.writeTextFileSync(report, "");
    return lines.reduce((sum, line) => sum + Number(line) / 1000, 0);
  };
  return { folder: `${to}/tools`, spent };
}

function read(report: string): readonly string[] {
  try {
    return Deno.readTextFileSync(report).split("\n");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
