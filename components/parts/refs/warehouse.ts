import * as pulumi from "@pulumi/pulumi";
import { arnOf } from "../../kit/arn";
import type { Grant } from "../../kit/grant";
import type { Allow } from "../../kit/iam";
import type { Scope } from "../../kit/scope";

/** Where statements go, in the Data API's words. */
export type WarehouseNames = { readonly databaseName: string } & (
  | { readonly mode: "provisioned"; readonly clusterIdentifier: pulumi.Input<string> }
  | {
      readonly mode: "serverless";
      readonly workgroupName: pulumi.Input<string>;
      /** Its last part is an id that AWS gives. */
      readonly workgroupArn: pulumi.Input<string>;
    }
);

/**
 * A warehouse as those see it who run SQL there through the Data API. Sources:
 * docs.aws.amazon.com/redshift/latest/mgmt/data-api-iam.html and .../generating-iam-credentials-role-permissions.html
 */
export class WarehouseRef {
  /** Cluster or workgroup, and database: members of the Data API's requests. */
  readonly place: pulumi.Output<Readonly<Record<string, string>>>;
  readonly #scope: Scope;
  readonly #names: WarehouseNames;

  constructor(scope: Scope, names: WarehouseNames) {
    this.#scope = scope;
    this.#names = names;
    this.place = pulumi
      .output(names.mode === "serverless" ? names.workgroupName : names.clusterIdentifier)
      .apply((name): Readonly<Record<string, string>> => ({
        ...(names.mode === "serverless" ? { WorkgroupName: name } : { ClusterIdentifier: name }),
        Database: names.databaseName,
      }));
  }

  /** Statements for whoever has a secret of the database: see SecretRef.allowRead(). */
  allowStatements(): Grant {
    return { allow: [this.#run(), OWN_STATEMENTS], address: this.#name };
  }

  /** Statements for whoever logs in with an IAM role, as the database's user of that role. */
  allowQuery(): Grant {
    return { allow: [this.#run(), this.#logIn(), OWN_STATEMENTS], address: this.#name };
  }

  get #name(): pulumi.Input<string> {
    return this.#names.mode === "serverless" ? this.#names.workgroupName : this.#names.clusterIdentifier;
  }

  #arn(kind: string, path = ""): pulumi.Output<string> {
    return pulumi.interpolate`${arnOf(this.#scope, "redshift", `${kind}:`)}${this.#name}${path}`;
  }

  #run(): Allow {
    return {
      sid: "RunStatements",
      actions: ["redshift-data:BatchExecuteStatement", "redshift-data:ExecuteStatement"],
      resources: [this.#names.mode === "serverless" ? this.#names.workgroupArn : this.#arn("cluster")],
    };
  }

  #logIn(): Allow {
    return this.#names.mode === "serverless"
      ? { sid: "LogIn", actions: ["redshift-serverless:GetCredentials"], resources: [this.#names.workgroupArn] }
      : {
          sid: "LogIn",
          actions: ["redshift:GetClusterCredentialsWithIAM"],
          resources: [this.#arn("dbname", `/${this.#names.databaseName}`)],
        };
  }
}

/** No resource to name: a statement is its caller's own (Service Authorization Reference, "Amazon Redshift Data API"). */
const OWN_STATEMENTS: Allow = {
  sid: "OwnStatements",
  actions: ["redshift-data:CancelStatement", "redshift-data:DescribeStatement", "redshift-data:GetStatementResult"],
  resources: ["*"],
  conditions: { StringEquals: { "redshift-data:statement-owner-iam-userid": "${aws:userid}" } },
};
