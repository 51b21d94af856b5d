/**
 * Lint rules about functions: their length and their parameters.
 *
 * @module
 */

/** A function, or a type of functions. */
interface Signature {
  readonly params: readonly Deno.lint.Parameter[];
}

const MAXIMUM_LINES = 50;
const MAXIMUM_PARAMETERS = 3;
const TYPES_WITHOUT_BODY = [
  "TSCallSignatureDeclaration",
  "TSConstructSignatureDeclaration",
  "TSDeclareFunction",
  "TSEmptyBodyFunctionExpression",
  "TSFunctionType",
  "TSMethodSignature",
];
const FUNCTIONS = ["ArrowFunctionExpression", "FunctionDeclaration", "FunctionExpression"];

/** No function is longer than 50 lines, tests included. */
export const length: Deno.lint.Rule = {
  create(context) {
    return visitors(FUNCTIONS, (node) => {
      const lines = context.sourceCode.getText(node).split("\n").length;
      if (lines <= MAXIMUM_LINES) return;
      const message = `A function may have ${MAXIMUM_LINES} lines, not ${lines}`;
      context.report({ node, message });
    });
  },
};

/** No function takes more than three parameters, or a boolean as a parameter. */
export const parameters: Deno.lint.Rule = {
  create(context) {
    return visitors([...FUNCTIONS, ...TYPES_WITHOUT_BODY], (node) => {
      const { params } = node;
      if (params.length > MAXIMUM_PARAMETERS) {
        const message = `A function may take ${MAXIMUM_PARAMETERS} parameters, ` +
          `not ${params.length}: the last can be an object of options`;
        context.report({ node, message });
      }
      for (const parameter of params.filter(isBoolean)) {
        const message = "A parameter may not be a boolean: take an object of options";
        context.report({ range: parameter.range, message });
      }
    });
  },
};

function visitors(
  types: readonly string[],
  check: (node: Deno.lint.Node & Signature) => void,
): Deno.lint.LintVisitor {
  return Object.fromEntries(types.map((type) => [type, check]));
}

function isBoolean(parameter: Deno.lint.Parameter): boolean {
  if (parameter.type === "AssignmentPattern") {
    const { left, right } = parameter;
    const hasDefault = right.type === "Literal" && typeof right.value === "boolean";
    return hasDefault || isBoolean(left);
  }
  if (parameter.type !== "Identifier") return false;
  const type = parameter.typeAnnotation?.typeAnnotation;
  const types = type?.type === "TSUnionType" ? type.types : [type];
  return types.some((each) => each?.type === "TSBooleanKeyword");
}
