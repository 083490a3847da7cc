import fc from "fast-check";

/** Property tests draw anew on every run, so that they go on finding; with PROPERTY_SEED they draw the same, so that a check of one commit says the same each time. */
const seed = Number.parseInt(process.env["PROPERTY_SEED"] ?? "", 10);
if (Number.isInteger(seed)) fc.configureGlobal({ seed });
