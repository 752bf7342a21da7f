import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { redshiftTable } from "../../../contracts/events/definitions";
import {
  databaseUser,
  LOAD_CALL,
  preparation,
  statementsOf,
  WAREHOUSE_ROLES,
  type StatementValues,
} from "../../../components/warehouse/statements";

const VALUES: StatementValues = {
  iamRoles: { analyst: "m-analyst", loader: "m-loader", auditor: "m-auditor" },
  glueDatabase: "meridian_test_lake",
  silverBucket: "silver-bucket",
  eventsPrefix: "silver/events/",
  lateDays: 3,
  eventsTable: redshiftTable("mart", "events"),
};
const batches = preparation(VALUES);
const all = batches.flat();
const at = (pattern: RegExp): number => {
  const index = all.findIndex((statement) => pattern.test(statement));
  assert.ok(index >= 0, String(pattern));
  return index;
};

/** What a role is granted, without the role. */
const grantsOf = (role: string): readonly string[] =>
  all.flatMap((statement) => new RegExp(`^GRANT (.+) TO ROLE ${role}(.*)$`).exec(statement)?.slice(1).join("") ?? []);

describe("the statements that prepare a warehouse", () => {
  it("are those of every file, in batches that the Data API takes, with every placeholder filled", () => {
    assert.deepEqual(readdirSync(join(__dirname, "../../../components/warehouse/sql")).sort(), [
      "grants.sql",
      "roles.sql",
      "tables.sql",
    ]);
    assert.ok(batches.every(({ length }) => length > 0 && length <= 40));
    for (const statement of all) assert.doesNotMatch(statement, /\$\{|;$|^--/);
  });

  it("come in the order in which they need each other", () => {
    const order = [
      /^CREATE OR REPLACE PROCEDURE ops\.ensure_role/,
      /^CALL ops\.ensure_role\('analyst'\)/,
      /^CALL ops\.ensure_user\('IAMR:m-analyst'\)/,
      /^CREATE EXTERNAL SCHEMA IF NOT EXISTS lake FROM DATA CATALOG DATABASE 'meridian_test_lake' IAM_ROLE DEFAULT$/,
      /^CREATE SCHEMA IF NOT EXISTS mart/,
      /^CREATE TABLE IF NOT EXISTS "mart"\."events"/,
      /^CREATE OR REPLACE PROCEDURE mart\.load_events/,
      /^GRANT SELECT ON mart\.events TO ROLE analyst/,
      /^GRANT ROLE analyst TO "IAMR:m-analyst"$/,
    ].map(at);
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
  });

  it("may be run again: nothing is dropped, and nothing is created that may stand", () => {
    for (const statement of all) {
      assert.doesNotMatch(statement, /^(DROP|TRUNCATE|ALTER)/);
      if (statement.startsWith("CREATE")) assert.match(statement, /^CREATE (OR REPLACE|.* IF NOT EXISTS)/);
    }
  });

  it("give analysts reading, the load one table and COPY, and auditors no data", () => {
    assert.deepEqual(grantsOf("analyst"), ["USAGE ON SCHEMA lake", "USAGE ON SCHEMA mart", "SELECT ON mart.events"]);
    assert.deepEqual(grantsOf("loader"), [
      "USAGE ON SCHEMA mart",
      "SELECT, INSERT, DELETE ON mart.events",
      "EXECUTE ON PROCEDURE mart.load_events(DATE)",
      "ASSUMEROLE ON DEFAULT FOR COPY",
    ]);
    assert.deepEqual(grantsOf("auditor"), ["ROLE sys:monitor"]);
    const granted = all.filter((statement) => statement.startsWith("GRANT"));
    assert.equal(
      granted.length,
      WAREHOUSE_ROLES.flatMap(grantsOf).length + WAREHOUSE_ROLES.length,
      "every grant is one role's, or a role to its user",
    );
    for (const statement of granted) assert.doesNotMatch(statement, /\bALL\b|PUBLIC|GRANT OPTION|superuser/i);
  });

  it("take from everybody what Redshift gives to everybody: the schema, procedures, and the cluster's role", () => {
    assert.deepEqual(
      all.filter((statement) => statement.startsWith("REVOKE")).map((statement) => statement.replaceAll("\n", " ")),
      [
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "REVOKE ALL ON ALL PROCEDURES IN SCHEMA ops FROM PUBLIC",
        "REVOKE ALL ON ALL PROCEDURES IN SCHEMA mart FROM PUBLIC",
        "REVOKE ASSUMEROLE ON ALL FROM PUBLIC FOR ALL",
      ],
    );
  });

  it("hold no password: the users have none", () => {
    const users = all.filter((statement) => /CREATE USER/.test(statement));
    assert.equal(users.length, 1);
    for (const statement of all) assert.doesNotMatch(statement, /PASSWORD (?!DISABLE)/i);
    assert.equal(databaseUser("m-analyst"), "IAMR:m-analyst");
  });

  it("load whole days in one call: the day before the run, and those that late events may have changed", () => {
    const load = all[at(/^CREATE OR REPLACE PROCEDURE mart\.load_events/)] ?? "";
    assert.match(load, /FOR back IN 1\.\.3 LOOP/);
    assert.match(load, /COPY mart\.events FROM ''s3:\/\/silver-bucket\/silver\/events\/date='/);
    assert.match(load, /IF back = 1 OR loaded > 0 THEN\s+DELETE FROM mart\.events/);
    assert.match(load, /DELETE FROM mart\.events WHERE occurred_at < run_date - 30;/);
    assert.match(LOAD_CALL, /^CALL mart\.load_events\(CAST\(:run_date AS DATE\)\)$/);
  });

  it("refuse a name that could end its quotes", () => {
    assert.throws(() => preparation({ ...VALUES, glueDatabase: "x'; DROP SCHEMA mart; --" }), /want a plain name/);
  });
});

describe("the statements of a file", () => {
  it("end at semicolons, but not within a procedure or a text", () => {
    assert.deepEqual(
      statementsOf(
        "-- a; b\nSELECT 1;\nCREATE PROCEDURE p() AS $$\nBEGIN\n  x;\nEND;\n$$ LANGUAGE plpgsql;\nSELECT ';';",
      ),
      ["SELECT 1", "CREATE PROCEDURE p() AS $$\nBEGIN\n  x;\nEND;\n$$ LANGUAGE plpgsql", "SELECT ';'"],
    );
  });
});
