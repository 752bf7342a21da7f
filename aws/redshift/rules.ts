import { isRedshiftRpu, REDSHIFT_RPU_WANT } from "../facts";
import { list, text } from "../value";
import type { Properties } from "../value";
import { absent, amount, given, on, outside, unlike, weeklyWindow, when, whole } from "../rules/find";
import type { PropertyRule } from "../rules/rule";

const CLUSTER = "aws:redshift/cluster:Cluster";
const WORKGROUP = "aws:redshiftserverless/workgroup:Workgroup";
const CREATE = "https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateCluster.html";
const NODES = "https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-clusters.html";

/** Fewest and most nodes of each type. Source: NODES, "Node type details". */
const NODE_COUNTS: Readonly<Record<string, readonly [number, number]>> = {
  "ra3.large": [1, 16],
  "ra3.xlplus": [1, 32],
  "ra3.4xlarge": [2, 64],
  "ra3.16xlarge": [2, 128],
  "dc2.large": [1, 32],
  "dc2.8xlarge": [2, 128],
};

const BASE: Properties = {
  clusterIdentifier: "warehouse",
  nodeType: "ra3.xlplus",
  clusterType: "multi-node",
  numberOfNodes: 2,
  manageMasterPassword: true,
  masterUsername: "admin_user",
  databaseName: "meridian",
};

const nodesOf = (inputs: Properties): number | undefined =>
  absent(inputs, "numberOfNodes") ? 1 : amount(inputs, "numberOfNodes");
const isRa3 = (inputs: Properties): boolean => /^(ra3|rg)\./.test(text(inputs, "nodeType") ?? "");

/** Redshift. */
export const rules: readonly PropertyRule[] = [
  {
    id: "redshift-cluster-type",
    types: [CLUSTER],
    title: "A single-node cluster has one node, a multi-node cluster two or more",
    source: CREATE,
    check(inputs) {
      const [type, nodes] = [text(inputs, "clusterType"), nodesOf(inputs)];
      if (nodes === undefined) return [];
      return [
        ...when(type === "single-node" && nodes !== 1, inputs, "numberOfNodes", "1, with single-node"),
        ...when(type === "multi-node" && nodes < 2, inputs, "numberOfNodes", "at least 2, with multi-node"),
      ];
    },
    failing: [
      { ...BASE, clusterType: "single-node" },
      { ...BASE, numberOfNodes: 1 },
    ],
    passing: [BASE],
  },
  {
    id: "redshift-node-count",
    types: [CLUSTER],
    title: "A cluster has as many nodes as its node type takes",
    source: NODES,
    check(inputs) {
      const range = NODE_COUNTS[text(inputs, "nodeType") ?? ""];
      const nodes = nodesOf(inputs);
      if (range === undefined || nodes === undefined) return [];
      const [min, max] = range;
      return when(
        nodes < min || nodes > max,
        inputs,
        "numberOfNodes",
        `${min} to ${max} nodes of ${text(inputs, "nodeType") ?? ""}`,
      );
    },
    failing: [
      { ...BASE, nodeType: "ra3.16xlarge", clusterType: "single-node", numberOfNodes: 1 },
      { ...BASE, nodeType: "ra3.large", numberOfNodes: 20 },
    ],
    passing: [{ ...BASE, nodeType: "ra3.16xlarge" }],
  },
  {
    id: "redshift-port",
    types: [CLUSTER],
    title: "RA3 nodes listen on 5431 to 5455 or 8191 to 8215",
    source: CREATE,
    check(inputs) {
      const port = amount(inputs, "port");
      const allowed = port === undefined || (port >= 5431 && port <= 5455) || (port >= 8191 && port <= 8215);
      return when(isRa3(inputs) && !allowed, inputs, "port", "5431 to 5455 or 8191 to 8215");
    },
    failing: [{ ...BASE, port: 1433 }],
    passing: [{ ...BASE, port: 5439 }],
  },
  {
    id: "redshift-password",
    types: [CLUSTER],
    title: "The administrator's password is managed or given, not both; it has 8 to 64 characters of three kinds",
    source: CREATE,
    check(inputs) {
      const password = text(inputs, "masterPassword");
      const strong =
        password === undefined || /^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)[!#-&(-.0-?A-[\]-~]{8,64}$/.test(password);
      return [
        ...when(
          on(inputs, "manageMasterPassword") && given(inputs, "masterPassword"),
          inputs,
          "masterPassword",
          "nothing, when it is managed",
          "a password",
        ),
        ...when(
          !strong,
          inputs,
          "masterPassword",
          "8 to 64 printable characters but '\"\\/@, with both cases and a digit",
          "another password",
        ),
      ];
    },
    failing: [
      { ...BASE, masterPassword: "Longer1enough" },
      { ...BASE, manageMasterPassword: false, masterPassword: "alllowercase" },
    ],
    passing: [{ ...BASE, manageMasterPassword: false, masterPassword: "Longer1enough" }],
  },
  {
    id: "redshift-snapshots-kept",
    types: [CLUSTER],
    title: "Automated snapshots are kept for at most 35 days, and of RA3 nodes for at least one",
    source: CREATE,
    check: (inputs) => outside(inputs, "automatedSnapshotRetentionPeriod", isRa3(inputs) ? 1 : 0, 35, "days"),
    failing: [
      { ...BASE, automatedSnapshotRetentionPeriod: 0 },
      { ...BASE, automatedSnapshotRetentionPeriod: 36 },
    ],
    passing: [{ ...BASE, nodeType: "dc2.large", automatedSnapshotRetentionPeriod: 0 }],
  },
  {
    id: "redshift-names",
    types: [CLUSTER],
    title: "Names of cluster, administrator and database keep to Redshift's alphabets",
    source: CREATE,
    check: (inputs) => [
      ...unlike(
        inputs,
        "clusterIdentifier",
        /^(?=.{1,63}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
        "1 to 63 lower-case letters, digits and single hyphens",
      ),
      ...unlike(
        inputs,
        "masterUsername",
        /^(?!public$)[a-z][a-z0-9_+.@-]{0,127}$/,
        "1 to 128 lower-case letters, digits and _+.@-, but not public",
      ),
      ...unlike(inputs, "databaseName", /^[a-z_][a-z0-9_$]{0,63}$/, "1 to 64 lower-case letters and digits"),
    ],
    failing: [
      { ...BASE, clusterIdentifier: "Warehouse" },
      { ...BASE, masterUsername: "public" },
      { ...BASE, databaseName: "1st" },
    ],
    passing: [BASE],
  },
  {
    id: "redshift-zones",
    types: [CLUSTER],
    title: "Relocation and several zones need RA3 nodes; several zones at least two",
    source: "https://docs.aws.amazon.com/redshift/latest/mgmt/managing-cluster-multi-az.html",
    check(inputs) {
      const node = text(inputs, "nodeType");
      const several = on(inputs, "multiAz");
      const relocated = on(inputs, "availabilityZoneRelocationEnabled");
      const nodes = nodesOf(inputs);
      return [
        ...when(
          (several || relocated) && node !== undefined && !isRa3(inputs),
          inputs,
          "nodeType",
          "an RA3 type, with several zones or relocation",
        ),
        ...when(several && nodes !== undefined && nodes < 2, inputs, "numberOfNodes", "at least 2, with several zones"),
      ];
    },
    failing: [
      { ...BASE, nodeType: "dc2.large", availabilityZoneRelocationEnabled: true },
      { ...BASE, clusterType: "single-node", numberOfNodes: 1, multiAz: true },
    ],
    passing: [{ ...BASE, multiAz: true }],
  },
  {
    id: "redshift-maintenance-window",
    types: [CLUSTER],
    title: "The window for maintenance lasts at least 30 minutes",
    source: CREATE,
    check(inputs) {
      const window = text(inputs, "preferredMaintenanceWindow");
      const span = window === undefined ? undefined : weeklyWindow(window);
      const broken = window !== undefined && (span === undefined || span.length < 30);
      return when(broken, inputs, "preferredMaintenanceWindow", "ddd:hh24:mi-ddd:hh24:mi of at least 30 minutes");
    },
    failing: [{ ...BASE, preferredMaintenanceWindow: "sun:04:00-sun:04:15" }],
    passing: [{ ...BASE, preferredMaintenanceWindow: "sun:23:45-mon:00:15" }],
  },
  {
    id: "redshift-snapshot-schedule",
    types: ["aws:redshift/snapshotSchedule:SnapshotSchedule"],
    title: "Snapshots are taken by a rate of 1 to 24 hours, or by cron",
    source: "https://docs.aws.amazon.com/redshift/latest/mgmt/managing-snapshots-console.html",
    check: (inputs) =>
      list(inputs, "definitions").flatMap((definition, index) => {
        if (typeof definition !== "string") return [];
        const [, hours] = /^rate\((\d+) hours?\)$/.exec(definition) ?? [];
        const fine = hours === undefined ? /^cron\(.+\)$/.test(definition) : Number(hours) >= 1 && Number(hours) <= 24;
        return when(!fine, inputs, `definitions.${index}`, "rate(1 to 24 hours) or cron(...)");
      }),
    failing: [{ definitions: ["rate(48 hours)"] }, { definitions: ["every 8 hours"] }],
    passing: [{ definitions: ["rate(8 hours)"] }, { definitions: ["cron(30 12 *)"] }],
  },
  {
    id: "redshift-serverless-capacity",
    types: [WORKGROUP],
    title:
      "Serverless capacity is 4 RPUs, a multiple of 8 up to 512, or a multiple of 32 up to 1,024; its maximum is not lower",
    source: "https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-capacity.html",
    check(inputs) {
      const [base, max] = [amount(inputs, "baseCapacity"), amount(inputs, "maxCapacity")];
      return [
        ...when(base !== undefined && !isRedshiftRpu(base), inputs, "baseCapacity", REDSHIFT_RPU_WANT),
        ...when(
          base !== undefined && max !== undefined && max < base,
          inputs,
          "maxCapacity",
          `at least ${base ?? 0}, the base capacity`,
        ),
      ];
    },
    failing: [{ baseCapacity: 12 }, { baseCapacity: 64, maxCapacity: 32 }],
    passing: [{ baseCapacity: 64, maxCapacity: 128 }],
  },
  {
    id: "redshift-serverless-subnets",
    types: [WORKGROUP],
    title: "A serverless workgroup that names subnets names at least three",
    source: "https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-known-issues.html",
    check(inputs) {
      const count = list(inputs, "subnetIds").length;
      return when(
        whole(inputs, "subnetIds") && count > 0 && count < 3,
        inputs,
        "subnetIds",
        "at least 3, in as many zones",
        String(count),
      );
    },
    failing: [{ subnetIds: ["subnet-1", "subnet-2"] }],
    passing: [{ subnetIds: ["subnet-1", "subnet-2", "subnet-3"] }],
  },
];
