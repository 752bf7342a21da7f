import { redshiftNoIamUsers } from "../../../policies/redshift/noIamUsers";
import { one, policy, resource, specify } from "../kit";

const user = (Action: string, Effect = "Allow", type = "aws:iam/userPolicy:UserPolicy") =>
  resource(type, "analyst", {
    policy: policy({ Effect, Action, Resource: "arn:aws:redshift:eu-west-1:1:dbuser:w/u" }),
  });

specify(redshiftNoIamUsers, {
  complainsOf: {
    "a user that may get credentials": { by: [user("redshift:GetClusterCredentials")], at: ["policy"] },
    "a user that may do anything in Redshift": { by: [user("redshift:*")], at: ["policy"] },
    "a group of users with the Data API": {
      by: [user("redshift-data:ExecuteStatement", "Allow", "aws:iam/groupPolicy:GroupPolicy")],
      at: ["policy"],
    },
  },
  accepts: { "a user that may describe clusters": [user("redshift:DescribeClusters")] },
  spares: {
    "a role with a login": [user("redshift:GetClusterCredentials", "Allow", "aws:iam/rolePolicy:RolePolicy")],
    "a Deny of it": [user("redshift:*", "Deny")],
  },
  mutants: {
    breaks: {},
    added: {
      bad: Object.fromEntries(
        [
          "redshift:GetClusterCredentials",
          "redshift-serverless:GetCredentials",
          "redshift-data:ExecuteStatement",
          "redshift:*",
        ].map((action) => [
          `give users ${action}`,
          one("aws:iam/userPolicy:UserPolicy", {
            policy: policy({ Effect: "Allow", Action: action, Resource: "arn:x" }),
          }),
        ]),
      ),
      good: {
        "give users a description": one("aws:iam/userPolicy:UserPolicy", {
          policy: policy({ Effect: "Allow", Action: "redshift:DescribeClusters", Resource: "*" }),
        }),
      },
    },
  },
});
