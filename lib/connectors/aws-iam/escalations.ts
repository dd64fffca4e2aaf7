import type { Escalation } from "#lib/domain/reach.ts";
import tags from "./data/aws-action-risk-tags.json" with { type: "json" };

/** A published way from some actions to more power than they name. All of `needs` must be allowed; of each group, one. */
interface Route {
  readonly id: string;
  readonly needs: readonly (string | readonly string[])[];
  readonly sentence: string;
  readonly through: string;
  readonly becomes: string;
  readonly mend: string;
}

const passes = "iam:PassRole";
const dropPass = "Drop iam:PassRole, or name the one role it may pass.";
const anyRole = "any role it may pass";

/** Computes that run under a passed role: PassRole + one of these is that role. */
const computes: readonly (readonly [string, readonly (string | readonly string[])[], string])[] = [
  [
    "lambda",
    [
      "lambda:CreateFunction",
      [
        "lambda:InvokeFunction",
        "lambda:CreateEventSourceMapping",
        "lambda:AddPermission",
        "lambda:CreateFunctionUrlConfig",
      ],
    ],
    "a new Lambda function",
  ],
  ["ec2", ["ec2:RunInstances"], "a new EC2 instance"],
  ["ec2-profile", ["ec2:AssociateIamInstanceProfile"], "a running EC2 instance"],
  [
    "ecs",
    ["ecs:RegisterTaskDefinition", ["ecs:RunTask", "ecs:StartTask", "ecs:CreateService", "ecs:UpdateService"]],
    "an ECS task",
  ],
  [
    "glue-job",
    [
      ["glue:CreateJob", "glue:UpdateJob"],
      ["glue:StartJobRun", "glue:CreateTrigger"],
    ],
    "a Glue job",
  ],
  ["glue-endpoint", ["glue:CreateDevEndpoint"], "a Glue development endpoint"],
  [
    "cloudformation",
    [["cloudformation:CreateStack", "cloudformation:UpdateStack", "cloudformation:CreateStackSet"]],
    "a CloudFormation stack",
  ],
  [
    "codebuild",
    [
      ["codebuild:CreateProject", "codebuild:UpdateProject"],
      ["codebuild:StartBuild", "codebuild:StartBuildBatch"],
    ],
    "a CodeBuild project",
  ],
  [
    "sagemaker",
    [["sagemaker:CreateNotebookInstance", "sagemaker:CreateTrainingJob", "sagemaker:CreateProcessingJob"]],
    "a SageMaker job or notebook",
  ],
  ["datapipeline", ["datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"], "a Data Pipeline"],
  ["states", ["states:CreateStateMachine", "states:StartExecution"], "a state machine"],
  ["ssm", ["ssm:StartAutomationExecution"], "a Systems Manager automation"],
  ["apprunner", ["apprunner:CreateService"], "an App Runner service"],
  ["batch", ["batch:RegisterJobDefinition", "batch:SubmitJob"], "a Batch job"],
];

const viaPassRole: readonly Route[] = computes.map(([id, needs, what]) => ({
  id: `pass-role-${id}`,
  needs: [passes, ...needs],
  sentence: `It can hand a role to ${what} and act with that role's rights.`,
  through: what,
  becomes: anyRole,
  mend: dropPass,
}));

const admin = "administrator";

/** Single actions that are enough. Names follow the published lists of IAM privilege escalation methods. */
const direct: readonly Route[] = (
  [
    [
      "iam:CreatePolicyVersion",
      "It can rewrite a managed policy, also one attached to itself.",
      "a managed policy",
      admin,
    ],
    [
      "iam:SetDefaultPolicyVersion",
      "It can switch a managed policy to a version that allows more.",
      "a managed policy",
      admin,
    ],
    ["iam:AttachUserPolicy", "It can attach any managed policy to a user.", "a user", admin],
    ["iam:AttachGroupPolicy", "It can attach any managed policy to a group.", "a group", admin],
    ["iam:AttachRolePolicy", "It can attach any managed policy to a role.", "a role", admin],
    ["iam:PutUserPolicy", "It can write any permissions into a user.", "a user", admin],
    ["iam:PutGroupPolicy", "It can write any permissions into a group.", "a group", admin],
    ["iam:PutRolePolicy", "It can write any permissions into a role.", "a role", admin],
    ["iam:AddUserToGroup", "It can put a user into a group that may do more.", "a group", "its members"],
    [
      "iam:UpdateAssumeRolePolicy",
      "It can make another role trust it, and become that role.",
      "a role's trust",
      "that role",
    ],
    [
      "iam:CreateAccessKey",
      "It can make a key for another user, and become that user.",
      "a new access key",
      "another user",
    ],
    [
      "iam:CreateLoginProfile",
      "It can give another user a password, and sign in as that user.",
      "a new password",
      "another user",
    ],
    [
      "iam:UpdateLoginProfile",
      "It can change another user's password, and sign in as that user.",
      "a changed password",
      "another user",
    ],
    [
      "iam:DeleteRolePermissionsBoundary",
      "It can take the ceiling off a role.",
      "a role without ceiling",
      "that role, unlimited",
    ],
    [
      "iam:DeleteUserPermissionsBoundary",
      "It can take the ceiling off a user.",
      "a user without ceiling",
      "that user, unlimited",
    ],
    ["iam:PutRolePermissionsBoundary", "It can replace a role's ceiling.", "a role's ceiling", "that role, with more"],
    ["iam:PutUserPermissionsBoundary", "It can replace a user's ceiling.", "a user's ceiling", "that user, with more"],
    [
      "lambda:UpdateFunctionCode",
      "It can replace a function's code and act with that function's role.",
      "an existing Lambda function",
      "the function's role",
    ],
    [
      "lambda:UpdateFunctionConfiguration",
      "It can load its own code into a function by a layer.",
      "an existing Lambda function",
      "the function's role",
    ],
    [
      "glue:UpdateDevEndpoint",
      "It can put its key on a development endpoint and act with its role.",
      "a Glue endpoint",
      "the endpoint's role",
    ],
    [
      "ssm:SendCommand",
      "It can run commands on instances and act with their roles.",
      "an EC2 instance",
      "the instance's role",
    ],
    [
      "ssm:StartSession",
      "It can open a shell on instances and act with their roles.",
      "an EC2 instance",
      "the instance's role",
    ],
    [
      "ec2-instance-connect:SendSSHPublicKey",
      "It can log in to instances and act with their roles.",
      "an EC2 instance",
      "the instance's role",
    ],
    ["kms:CreateGrant", "It can hand the use of a key to anybody.", "a key grant", "whoever it names"],
    ["sts:AssumeRole", "It can become every role that trusts it.", "a role", "that role"],
    [
      "organizations:AttachPolicy",
      "It can change what whole accounts may do.",
      "an organization policy",
      "other accounts",
    ],
  ] as const
).map(([action, sentence, through, becomes]) => ({
  id: action.replace(":", "-").toLowerCase(),
  needs: [action],
  sentence,
  through,
  becomes,
  mend: `Drop ${action}.`,
}));

const routes: readonly Route[] = [...direct, ...viaPassRole];
const listed = new Set(routes.flatMap(({ needs }) => needs.flat()));
const tagged = new Set(tags.iam.PrivEsc);

/** Every known way to more power among these expanded actions, drawn as a path from the identity. */
export function escalationsOf(actions: ReadonlySet<string>): readonly Escalation[] {
  const known = routes.flatMap((route) => {
    const used = route.needs.map((need) => (typeof need === "string" ? [need] : need).find((one) => actions.has(one)));
    const complete = used.filter((one) => one !== undefined);
    return complete.length === used.length ? [drawn(route, complete)] : [];
  });
  const others = [...actions].filter((action) => tagged.has(action) && !listed.has(action));
  const lonePass = actions.has(passes) && !known.some(({ actions: used }) => used.includes(passes));
  return [...known, ...[...others, ...(lonePass ? [passes] : [])].map(byTag)];
}

const drawn = (route: Route, actions: readonly string[]): Escalation => ({
  id: route.id,
  sentence: route.sentence,
  path: [
    { node: "this identity", via: actions.join(" + ") },
    { node: route.through, via: "acts as" },
    { node: route.becomes },
  ],
  actions,
  mend: route.mend,
});

const byTag = (action: string): Escalation => ({
  id: action.replace(":", "-").toLowerCase(),
  sentence: `${action} is known as a way to gain more rights.`,
  path: [{ node: "this identity", via: action }, { node: "more rights than listed" }],
  actions: [action],
  mend: `Drop ${action}, or limit it to named resources.`,
});
