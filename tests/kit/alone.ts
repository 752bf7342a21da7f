/**
 * Loaded before the tests whose coverage is measured: the processes that they start are neither measured nor slowed.
 * Node has read the variables by then, and hands them to every child, each of which would write down all that it loaded.
 */
delete process.env["NODE_V8_COVERAGE"];
delete process.env["NODE_DISABLE_COMPILE_CACHE"];
