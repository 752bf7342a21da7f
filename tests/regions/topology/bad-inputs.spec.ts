import assert from "node:assert/strict";
import { edit, lineOf, PROD, problemsOf, withRegions } from "./samples";

interface Refusal {
  readonly what: string;
  readonly text: string;
  /** Every problem, in order: path, text that its line holds, reason. */
  readonly problems: readonly (readonly [path: string, at: string, reason: string])[];
}

const REGIONS_LINE = "want a region inside the EU for zone eu";

const REFUSALS: readonly Refusal[] = [
  {
    what: "an unknown region, with the nearest name",
    text: edit(PROD, ["name: eu-west-1,", "name: eu-west-9,"]),
    problems: [
      ["regions[2].name", "eu-west-9", 'want one of the 39 AWS regions, got "eu-west-9"; did you mean eu-west-1?'],
    ],
  },
  {
    what: "one region with failover on",
    text: withRegions(["{ name: us-east-1, zone: us }"]),
    problems: [
      ["failover", "failover:", "failover needs 2 regions: want 2 or more, got 1 (us-east-1); or failover: false"],
    ],
  },
  {
    what: "failover on for a zone with one region, whose data may not leave it",
    text: withRegions([
      "{ name: us-east-1, zone: us }",
      "{ name: us-west-2, zone: us }",
      "{ name: eu-west-1, zone: eu }",
    ]),
    problems: [
      [
        "failover",
        "failover:",
        "failover needs 2 regions: want 2 or more in zone eu, whose data may not leave it, got 1 (eu-west-1); or failover: false",
      ],
    ],
  },
  {
    what: "overlapping blocks, with both ranges and owners",
    text: edit(
      PROD,
      ["zone: eu, share: 18", "zone: eu, cidr: 10.99.0.0/16"],
      ["zone: eu, share: 17", "zone: eu, cidr: 10.99.128.0/17"],
    ),
    problems: [
      [
        "regions[3].cidr",
        "10.99.128.0/17",
        "want disjoint blocks, got 10.99.0.0/16 (eu-west-1) and 10.99.128.0/17 (eu-central-1), which overlap",
      ],
    ],
  },
  {
    what: "a given block that overlaps a computed one",
    text: edit(PROD, ["zone: eu, share: 18", "zone: eu, cidr: 10.16.0.0/17"]),
    problems: [
      [
        "regions[2].cidr",
        "10.16.0.0/17",
        "want disjoint blocks, got 10.16.0.0/16 (us-east-1) and 10.16.0.0/17 (eu-west-1), which overlap",
      ],
    ],
  },
  {
    what: "mixed partitions",
    text: edit(PROD, ["ap-southeast-1, zone: apac", "cn-north-1, zone: apac"]),
    problems: [
      [
        "regions[4].name",
        "cn-north-1",
        "want all regions in one partition, got aws-cn (cn-north-1) beside aws (us-east-1): aws and aws-cn cannot replicate",
      ],
    ],
  },
  {
    what: "London under EU residency",
    text: edit(PROD, ["eu-west-1, zone", "eu-west-2, zone"]),
    problems: [
      [
        "regions[2].zone",
        "eu-west-2",
        `${REGIONS_LINE}, got eu-west-2: London is outside the EU; nearest inside: eu-west-3, eu-west-1, eu-central-1`,
      ],
    ],
  },
  {
    what: "Zurich under EU residency",
    text: edit(PROD, ["eu-west-1, zone", "eu-central-2, zone"]),
    problems: [
      [
        "regions[2].zone",
        "eu-central-2",
        `${REGIONS_LINE}, got eu-central-2: Zurich is outside the EU; nearest inside: eu-south-1, eu-central-1, eu-west-3`,
      ],
    ],
  },
  {
    what: "strong consistency with two regions, and with a TTL",
    text: withRegions(
      ["{ name: us-east-1, zone: us }", "{ name: us-west-2, zone: us }"],
      ["consistency: eventual", "consistency: strong"],
    ),
    problems: [
      ["tables.ttlDays", "ttlDays:", "want no ttlDays with consistency strong, got 14: not allowed by DynamoDB"],
      [
        "tables.consistency",
        "consistency:",
        "want 3 regions in zone us for strong consistency, or 2 plus a witness, got 2 (us-east-1, us-west-2)",
      ],
    ],
  },
  {
    what: "a witness that may not hold the zone's data",
    text: withRegions(
      ["{ name: eu-west-1, zone: eu }", "{ name: eu-central-1, zone: eu }"],
      ["home: us-east-1", "home: eu-west-1"],
      ["consistency: eventual, ttlDays: 14", "consistency: strong, witness: eu-west-2"],
    ),
    problems: [
      [
        "tables.witness",
        "witness:",
        'want a witness that may hold zone eu\'s data, got "eu-west-2": London is outside the EU',
      ],
    ],
  },
  {
    what: "a warehouse RPO of 5 minutes with a provisioned cluster",
    text: edit(PROD, ["rpoMinutes: 480", "rpoMinutes: 5"]),
    problems: [
      [
        "warehouse.rpoMinutes",
        "rpoMinutes: 5",
        "want 480 or more with mode provisioned, got 5: snapshot copy gives ~8 h",
      ],
    ],
  },
  {
    what: "a warehouse RPO of 5 minutes with Serverless",
    text: edit(PROD, [
      "mode: provisioned, nodeType: ra3.4xlarge, nodes: 3, rpoMinutes: 480",
      "mode: serverless, rpoMinutes: 5",
    ]),
    problems: [
      [
        "warehouse.rpoMinutes",
        "rpoMinutes: 5",
        "want 30 or more with mode serverless, got 5: recovery points come every 30 min",
      ],
    ],
  },
  {
    what: "weights that are all zero",
    text: edit(PROD, ["weight: 9", "weight: 0"], ["weight: 1,", "weight: 0,"]),
    problems: [["serving.variants", "variants:", "want weights >= 0 with a sum > 0, got a sum of 0"]],
  },
  {
    what: "one type for the nodes",
    text: edit(PROD, ["nodeInstanceTypes: [m6i.xlarge, m5.xlarge, m7i.xlarge]", "nodeInstanceTypes: [m6i.xlarge]"]),
    problems: [
      [
        "serving.nodeInstanceTypes",
        "nodeInstanceTypes:",
        "want at least two EC2 instance types, since one may run out in a zone, got a list of 1",
      ],
    ],
  },
  {
    what: "weights that are NaN or negative",
    text: edit(PROD, ["weight: 9", "weight: .nan"], ["weight: 1,", "weight: -1,"]),
    problems: [
      ["serving.variants[0].weight", ".nan", "want a number >= 0, at most 1e9, got NaN"],
      ["serving.variants[1].weight", "weight: -1", "want a number >= 0, at most 1e9, got -1"],
    ],
  },
  {
    what: "an RTO of 30 s",
    text: edit(PROD, ["rtoSeconds: 300", "rtoSeconds: 30"]),
    problems: [
      ["promises.rtoSeconds", "rtoSeconds: 30", "want 90 or more, got 30: less than 30 s detection + 60 s TTL"],
    ],
  },
  {
    what: "an instance type that a region has not, with alternatives there",
    text: edit(PROD, ["[ml.c5.2xlarge, ml.c6i.2xlarge]", "ml.c6i.2xlarge"]),
    problems: [
      [
        "serving.variants[0].instanceType",
        "ml.c6i.2xlarge",
        "want a type that sagemaker has in eu-central-1 (ml.c5.2xlarge, ml.c6g.2xlarge, ml.c7g.2xlarge, ml.c8g.2xlarge), " +
          'got "ml.c6i.2xlarge"; the nearest region that has it is eu-west-3',
      ],
    ],
  },
  {
    what: "a plain secret, whose value is not echoed",
    text: edit(PROD, ["prefix: meridian", "prefix: meridian\nwarehousePassword: hunter2"]),
    problems: [
      [
        "warehousePassword",
        "hunter2",
        "want no plain secret here, got one (not shown); use --secret: pulumi config set --secret warehousePassword",
      ],
    ],
  },
  {
    what: "an unknown key, with the nearest one",
    text: edit(PROD, ["nodeType: ra3", "nodTyp: ra3"]),
    problems: [["warehouse.nodTyp", "nodTyp", 'want a key that is known here, got "nodTyp"; did you mean nodeType?']],
  },
  {
    what: "two primaries in a zone",
    text: edit(
      PROD,
      ["us-east-1, zone: us", "us-east-1, role: primary, zone: us"],
      ["us-west-2, zone: us", "us-west-2, role: primary, zone: us"],
    ),
    problems: [["regions[1].role", "us-west-2", "want one primary in zone us, got 2 (us-east-1, us-west-2)"]],
  },
  {
    what: "a zone of replicas only",
    text: edit(
      PROD,
      ["us-east-1, zone: us", "us-east-1, role: replica, zone: us"],
      ["us-west-2, zone: us", "us-west-2, role: replica, zone: us"],
    ),
    problems: [["regions[0].role", "name: us-east-1", "want one primary in zone us, got replicas only"]],
  },
  {
    what: "a home that is none of the regions",
    text: edit(PROD, ["home: us-east-1", "home: us-east-2"]),
    problems: [
      [
        "home",
        "home:",
        'want one of the regions (us-east-1, us-west-2, eu-west-1, eu-central-1, ap-southeast-1, ap-northeast-1), got "us-east-2"',
      ],
    ],
  },
  {
    what: "a zone that the region has not",
    text: edit(PROD, ["zone: eu, share: 18", "zone: eu, availabilityZones: [eu-west-1a, eu-west-1z]"]),
    problems: [
      [
        "regions[2].availabilityZones[1]",
        "eu-west-1z",
        'want a zone of eu-west-1 (eu-west-1a, eu-west-1b, eu-west-1c), got "eu-west-1z"',
      ],
    ],
  },
  {
    what: "the local cloud's account on AWS",
    text: edit(PROD, ["444455556666", "000000000000"]),
    problems: [["account", "account:", "want a real account for cloud aws, got the local cloud's 000000000000"]],
  },
  {
    what: "an account that lost its quotes and zeros",
    text: edit(PROD, ['"444455556666"', "044455556666"]),
    problems: [["account", "account:", "want a 12-digit account id in quotes, got 44455556666"]],
  },
  {
    what: "a public block",
    text: edit(PROD, ["zone: eu, share: 18", "zone: eu, cidr: 8.8.0.0/16"]),
    problems: [["regions[2].cidr", "8.8.0.0", 'want a private block (RFC 1918 or 100.64.0.0/10), got "8.8.0.0/16"']],
  },
  {
    what: "a block with host bits",
    text: edit(PROD, ["zone: eu, share: 18", "zone: eu, cidr: 10.99.0.1/16"]),
    problems: [
      ["regions[2].cidr", "10.99.0.1", 'want an IPv4 block like 10.16.0.0/16 with no host bits, got "10.99.0.1/16"'],
    ],
  },
  {
    what: "training on a family that is not memory-optimised",
    text: edit(PROD, ["r7i.8xlarge, r6i.8xlarge, r5.8xlarge", "r6i.8xlarge, m5.8xlarge, r5.8xlarge"]),
    problems: [
      [
        "training.instanceTypes[1]",
        "m5.8xlarge",
        'want a memory-optimised type (R, X, U or Z family), got "m5.8xlarge"',
      ],
    ],
  },
  {
    what: "one instance a variant in production",
    text: edit(PROD, ["minInstances: 2", "minInstances: 1"]),
    problems: [["serving.variants[1].minInstances", "minInstances: 1", "want 2 or more with size standard, got 1"]],
  },
];

describe("bad topologies", () => {
  for (const { what, text, problems } of REFUSALS) {
    it(`are refused: ${what}`, () => {
      const expected = problems.map(([path, at, reason]) => ({ path, line: lineOf(text, at), reason }));
      assert.deepEqual(problemsOf(text), expected);
    });
  }

  it("are refused with both lines when a region is listed twice", () => {
    const text = edit(PROD, ["name: us-west-2,", "name: us-east-1,"]);
    const [line, again] = [
      lineOf(text, "us-east-1, zone: us, share: 25"),
      lineOf(text, "us-east-1, zone: us, share: 15"),
    ];
    const reason = `want each region once, got us-east-1 in line ${line} and in line ${again}`;
    // With one region fewer its zone cannot fail over either, but that is only said once the list itself is right.
    assert.deepEqual(problemsOf(text), [{ path: "regions[1].name", line: again, reason }]);
  });

  it("are refused with both lines when a region stands twice in a map", () => {
    const start = PROD.indexOf("regions:");
    const map = "regions:\n  us-east-1: us\n  us-west-2: us\n  us-east-1: us\n\n";
    const text = edit(`${PROD.slice(0, start)}${map}${PROD.slice(PROD.indexOf("traffic:"))}`, [
      "residency: { us: none, eu: eu, apac: none }\n",
      "",
    ]);
    const line = lineOf(text, "  us-east-1: us");
    const reason = `want "us-east-1" once, got it in line ${line} and in line ${line + 2}`;
    assert.deepEqual(problemsOf(text), [{ path: "regions.us-east-1", line: line + 2, reason }]);
  });

  it("are refused with every problem at once, in the order of the lines", () => {
    const text = edit(
      PROD,
      ["size: standard", "size: huge"],
      ["name: eu-west-1,", "name: eu-west-9,"],
      ["users: 10000000", "users: lots"],
      ["rtoSeconds: 300", "rtoSeconds: 30"],
      ["rpoMinutes: 480", "rpoMinutes: 5"],
    );
    assert.deepEqual(
      problemsOf(text).map(({ path }) => path),
      ["size", "regions[2].name", "traffic.users", "promises.rtoSeconds", "warehouse.rpoMinutes"],
    );
  });

  it("are refused without a line for what is missing", () => {
    const text = edit(PROD, ["domain: meridian.example.com\n", ""], ['account: "444455556666"\n', ""]);
    assert.deepEqual(problemsOf(text), [
      { path: "domain", reason: "want a domain name like shop.example.com, got nothing" },
      { path: "account", reason: "want a 12-digit account id in quotes for cloud aws, got nothing" },
    ]);
  });
});
