/** Loaded before all tests: properties are tried with the same values on every machine, unless asked for others. */
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env["FAST_CHECK_SEED"] ?? 20_261_121) });
