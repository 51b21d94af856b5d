/**
 * The commands of `juju` that add and destroy models.
 *
 * @module
 */
import type { Command } from "./juju_command.ts";

/** These commands. */
export const MODELS: Readonly<Record<string, Command>> = {
  "add-model": {
    words: 1,
    perform: async ({ controller, words: [name = ""] }) => await controller.addModel(name),
  },
  "destroy-model": {
    words: 1,
    options: { force: "flag", "no-wait": "flag", "no-prompt": "flag" },
    perform: async ({ controller, words: [name = ""], options }) => {
      controller.switchTo(name);
      const { model } = controller.current();
      if (options["force"] === undefined) {
        for (const application of model.applications()) model.removeApplication(application);
        await controller.settle();
      }
      await controller.destroy(name);
    },
  },
  switch: {
    words: 1,
    perform: ({ controller, words: [name = ""] }) => controller.switchTo(name),
  },
};
