import { App, Stack } from "aws-cdk-lib";
import { Stream } from "aws-cdk-lib/aws-kinesis";

/** So many stacks of so many streams each, as `cdk synth` is given them. */
const STACKS = Number(process.env["STACKS"]);
const RESOURCES = Number(process.env["RESOURCES"]);

const app = new App();
for (let stack = 0; stack < STACKS; stack += 1) {
  const made = new Stack(app, `region-${stack}`);
  for (let index = 0; index < RESOURCES; index += 1) new Stream(made, `stream-${index}`, { shardCount: 1 });
}
app.synth();
