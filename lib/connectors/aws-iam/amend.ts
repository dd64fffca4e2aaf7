import type { AwsSpec } from "./spec.ts";

/** The statements of two specs beside each other, or those of the second instead; a role stays a role. */
export const amend = (spec: AwsSpec, more: AwsSpec, how: "beside" | "instead"): AwsSpec =>
  how === "instead"
    ? { ...spec, statements: more.statements }
    : { ...spec, statements: [...spec.statements, ...more.statements] };

/** The policy document that says what this spec does; pasted, it becomes the same statements again. */
export const asText = ({ statements }: AwsSpec): string =>
  JSON.stringify(
    {
      Version: "2012-10-17",
      Statement: statements.map(({ actions, resources, conditions }) => ({
        Effect: "Allow",
        Action: actions,
        Resource: resources,
        ...(conditions === undefined ? {} : { Condition: conditions }),
      })),
    },
    null,
    2,
  );
