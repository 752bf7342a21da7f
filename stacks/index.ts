import * as pulumi from "@pulumi/pulumi";
import { findTopology, loadTopology } from "../regions/topology/load";
import { stackProgram } from "./program";
import { parseStackName } from "./stack-name";

/**
 * What plain `pulumi up --stack <env>.<part>` runs. The operator's key for deleting data is the environment variable
 * `MERIDIAN_DELETE_DATA=yes`.
 */
const name = pulumi.getStack();
const topology = loadTopology(findTopology(name.split(".")[0] ?? name));
export = stackProgram(topology, parseStackName(name, topology), {
  deleteData: process.env["MERIDIAN_DELETE_DATA"] === "yes",
});
