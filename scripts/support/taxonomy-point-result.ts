import { z } from "zod";

/** What one run of the taxonomy benchmark measured. */
export const taxonomyPointSchema = z.strictObject({
  questions: z.number(),
  /** content of the files */
  megabytes: z.number(),
  readMs: z.number(),
  genMs: z.number(),
  /** processor time of gen-questions, user and system */
  cpuMs: z.number(),
  startMegabytes: z.number(),
  peakMegabytes: z.number(),
});

export type TaxonomyPoint = z.infer<typeof taxonomyPointSchema>;
