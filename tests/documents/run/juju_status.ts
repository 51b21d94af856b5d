/**
 * The command `juju status`: its tables of applications and units.
 *
 * @module
 */
import type { Known } from "./controller.ts";
import type { Command } from "./juju_command.ts";

type Row = readonly string[];

const APP: Row = ["App", "Version", "Status", "Scale", "Charm", "Channel", "Rev", "Exposed"];
const UNIT: Row = ["Unit", "Workload", "Agent", "Machine", "Public address", "Ports"];
const MESSAGE = "Message";
const FIRST_HOST = 20;

/** This command. */
export const STATUS: Readonly<Record<string, Command>> = {
  status: {
    words: Infinity,
    perform: ({ controller, words }) => {
      const known = controller.current();
      const all = known.model.applications();
      const shown = words.length === 0 ? all : all.filter((name) => words.includes(name));
      const tables = [
        [[...APP, MESSAGE], ...shown.toSorted().map((name) => applicationRow(known, name))],
        [[...UNIT, MESSAGE], ...shown.toSorted().flatMap((name) => unitRows(known, name))],
      ];
      return tables.map(render).join("\n");
    },
  },
};

function applicationRow({ model }: Known, name: string): Row {
  const { status, message } = model.applicationStatus(name);
  const scale = String(model.units(name).length);
  return [name, model.workloadVersion(name), status, scale, name, "", "0", "no", message];
}

function unitRows({ machines, model }: Known, application: string): readonly Row[] {
  return model.units(application).map((unit) => {
    const { status, message } = model.status(unit);
    const name = unit === model.leader(application) ? `${unit}*` : unit;
    const machine = machines.indexOf(unit);
    return [name, status, "idle", String(machine), `10.0.0.${FIRST_HOST + machine}`, "", message];
  });
}

/** Writes a table with two spaces between columns. */
function render(rows: readonly Row[]): string {
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  return rows.map((row) =>
    `${row.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join("  ").trimEnd()}\n`
  ).join("");
}
