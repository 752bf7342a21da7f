import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import {
  allRegions,
  alternatives,
  CATALOGUE_MAX_AGE_DAYS,
  catalogueAge,
  distanceKm,
  familyAndSize,
  instanceTypes,
  isRegionName,
  nearestRegionWith,
  offers,
  regionInfo,
  SERVICES,
  suggestRegion,
} from "../../../regions/catalogue";
import type { InstanceService } from "../../../regions/catalogue";

const FOLDER = path.join(__dirname, "..", "..", "..", "regions", "catalogue");
const KINDS: readonly InstanceService[] = ["ec2", "emr", "elasticache", "opensearch", "redshift", "sagemaker"];

describe("the region catalogue", () => {
  it("has 39 regions of four partitions, each with a slot of its own and at least two zones", () => {
    const regions = allRegions();
    const count = (partition: string): number => regions.filter((region) => region.partition === partition).length;
    assert.deepEqual(["aws", "aws-cn", "aws-us-gov", "aws-eusc"].map(count), [34, 2, 2, 1]);
    assert.deepEqual(
      regions.map(({ name }) => name),
      regions.map(({ name }) => name).sort(),
    );
    assert.deepEqual(
      regions.map(({ slot }) => slot).sort((a, b) => a - b),
      regions.map((_, index) => index),
    );
    for (const { name, availabilityZones } of regions) {
      assert.ok(availabilityZones.length >= 2, name);
      assert.ok(
        availabilityZones.every((zone) => zone.startsWith(name) && zone.length === name.length + 1),
        name,
      );
    }
  });

  it("has each place in the row that the address plan knows it by", () => {
    const [, ...rows] = readFileSync(path.join(FOLDER, "places.csv"), "utf8").trim().split("\n");
    for (const [slot, row] of rows.entries()) assert.equal(regionInfo(row.split(",")[0] ?? "")?.slot, slot, row);
  });

  it("knows what a region is", () => {
    const dublin = regionInfo("eu-west-1");
    assert.deepEqual(
      [dublin?.partition, dublin?.description, dublin?.country, dublin?.residency, dublin?.optIn],
      ["aws", "Europe (Ireland)", "IE", "eu", false],
    );
    assert.equal(regionInfo("eu-south-2")?.optIn, true);
    assert.equal(regionInfo("cn-north-1")?.partition, "aws-cn");
    assert.equal(regionInfo("mars-1"), undefined);
    assert.ok(isRegionName("us-east-1") && !isRegionName("US-EAST-1") && !isRegionName("constructor"));
  });

  it("leaves out the zones that new accounts do not get", () => {
    assert.deepEqual(regionInfo("ap-northeast-1")?.availabilityZones, [
      "ap-northeast-1a",
      "ap-northeast-1c",
      "ap-northeast-1d",
    ]);
    assert.deepEqual(regionInfo("ca-central-1")?.availabilityZones, [
      "ca-central-1a",
      "ca-central-1b",
      "ca-central-1d",
    ]);
  });

  it("knows which services a region has", () => {
    assert.deepEqual(
      SERVICES.filter((service) => !offers("us-east-1", service)),
      [],
    );
    assert.ok(!offers("cn-north-1", "cognito"));
    assert.ok(!offers("ap-southeast-6", "elasticache-global"));
    assert.ok(!offers("mars-1", "s3"));
  });

  it("has every service of its file in the typed list, and the other way round", () => {
    const script = readFileSync(path.join(FOLDER, "build.py"), "utf8");
    const named = [...script.matchAll(/^ {4}"([a-z0-9-]+)": Service\(/gm)].map(([, name]) => name);
    assert.deepEqual(named, [...SERVICES]);
  });

  it("knows which instance types a service has in a region, in the service's own spelling", () => {
    const has = (region: string, service: InstanceService, type: string): boolean | undefined =>
      instanceTypes(region, service)?.includes(type);
    assert.equal(has("us-east-1", "ec2", "r7i.8xlarge"), true);
    assert.equal(has("us-east-1", "emr", "r6i.2xlarge"), true);
    assert.equal(has("us-east-1", "elasticache", "cache.r7g.large"), true);
    assert.equal(has("us-east-1", "opensearch", "r7g.xlarge.search"), true);
    assert.equal(has("us-east-1", "redshift", "ra3.xlplus"), true);
    assert.equal(has("eu-central-1", "sagemaker", "ml.c6i.2xlarge"), false);
    assert.equal(instanceTypes("eusc-de-east-1", "ec2"), undefined);
    assert.equal(instanceTypes("mars-1", "ec2"), undefined);
  });

  it("offers alternatives that the region really has, kindred ones of the same size first", () => {
    assert.deepEqual(alternatives("cn-north-1", "ec2", "r7i.8xlarge"), [
      "r5.8xlarge",
      "r6g.8xlarge",
      "r6i.8xlarge",
      "r7g.8xlarge",
    ]);
    for (const service of KINDS) {
      for (const type of alternatives("ap-southeast-1", service, "zz.huge", 6)) {
        assert.ok(instanceTypes("ap-southeast-1", service)?.includes(type));
      }
    }
    assert.deepEqual(familyAndSize("r7g.large.search"), { family: "r7g", size: "large" });
  });

  it("measures the distance of two regions within a few per cent", () => {
    // Dublin to Frankfurt 1,090 km; Ashburn to Boardman 3,480 km (great circle).
    assert.ok(Math.abs(distanceKm("eu-west-1", "eu-central-1") - 1090) < 30);
    assert.ok(Math.abs(distanceKm("us-east-1", "us-west-2") - 3480) < 100);
    assert.equal(distanceKm("eu-west-1", "eu-west-1"), 0);
    assert.equal(distanceKm("eu-west-1", "mars-1"), Number.POSITIVE_INFINITY);
  });

  it("finds the nearest region of the partition that has what is wanted", () => {
    assert.equal(nearestRegionWith("eu-west-1", {})?.name, "eu-west-2");
    const wanted = { instances: [{ service: "sagemaker" as const, type: "ml.c6i.2xlarge" }] };
    assert.equal(nearestRegionWith("eu-central-1", wanted)?.name, "eu-west-3");
    assert.equal(nearestRegionWith("cn-north-1", {})?.name, "cn-northwest-1");
    assert.equal(nearestRegionWith("cn-north-1", { services: ["cognito"] }), undefined);
  });

  it("guesses the region that was meant, the oldest of equals", () => {
    assert.equal(suggestRegion("eu-west-9"), "eu-west-1");
    assert.equal(suggestRegion("us-esat-1"), "us-east-1");
    assert.equal(suggestRegion("EU-CENTRAL-1"), "eu-central-1");
    assert.equal(suggestRegion("the moon"), undefined);
  });

  it("stays small enough to read in a diff", () => {
    assert.ok(statSync(path.join(FOLDER, "catalogue.json")).size < 1.5 * 1024 * 1024);
  });
});

describe("the catalogue's age", () => {
  const schemas = Date.parse(catalogueAge().schemas);
  const after = (days: number): Date => new Date(schemas + days * 86_400_000);

  it("counts from the day of AWS's schemas and says which versions they came from", () => {
    const age = catalogueAge(after(10));
    assert.equal(age.days, 10);
    assert.equal(age.stale, false);
    const requirements = readFileSync(path.join(FOLDER, "requirements.txt"), "utf8");
    for (const [name, version] of Object.entries(age.sources))
      assert.ok(requirements.includes(`${name}==${version}`), name);
    assert.match(
      age.message,
      /^region catalogue: 10 days old \(cfn-lint [\d.]+, botocore [\d.]+, schemas of \d{4}-\d\d-\d\d\)$/,
    );
  });

  it("is stale after 180 days, and then says what to do", () => {
    assert.equal(catalogueAge(after(CATALOGUE_MAX_AGE_DAYS)).stale, false);
    const age = catalogueAge(after(CATALOGUE_MAX_AGE_DAYS + 1));
    assert.equal(age.stale, true);
    assert.match(age.message, /older than 180 days: raise regions\/catalogue\/requirements\.txt and run build\.py$/);
  });
});
