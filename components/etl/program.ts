import { join } from "node:path";
import { packProgram, type Program } from "../kit/program";

const ROOT = join(__dirname, "..", "..");

/**
 * The ETL's Spark program: its Python modules (`services/etl`) with the steps, their SQL and the feature store's
 * definition (`contracts/lake`), which the embedded engine reads too.
 */
export function sparkProgram(): Program {
  return packProgram([join(ROOT, "services", "etl"), join(ROOT, "contracts", "lake")], [".py", ".sql", ".json"]);
}
