/**
 * The command `juju run`.
 *
 * @module
 */
import { parse, stringify } from "yaml";
import type { Command } from "./juju_command.ts";

// As Juju writes YAML: texts that YAML 1.1 reads as something else are quoted, and none is folded.
const FORMAT = { lineWidth: 0, sortMapEntries: true, version: "1.1" } as const;
/** The results that Juju does not print. */
const HIDDEN = ["return-code", "stdout", "stderr"];

/** This command. */
export const RUN: Readonly<Record<string, Command>> = {
  run: {
    words: 2,
    takesValues: true,
    perform: async ({ controller, words: [receiver = "", action = ""], values }) => {
      const { model } = controller.current();
      const [application = "", number] = receiver.split("/");
      const unit = number === "leader" ? model.leader(application) ?? "" : receiver;
      // Juju reads each value as YAML.
      const params = Object.entries(values).map(([key, value]) => [key, parse(value)]);
      const ended = await model.runAction(unit, action, Object.fromEntries(params));
      if (ended.status === "failed") throw new Error(`Action failed: ${ended.message}`);
      const shown = Object.entries(ended.results).filter(([key]) => !HIDDEN.includes(key));
      return shown.length === 0 ? "" : stringify(Object.fromEntries(shown), FORMAT);
    },
  },
};
