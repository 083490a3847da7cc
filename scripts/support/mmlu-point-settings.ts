import { z } from "zod";

/** What one process of the MMLU benchmark measures. */
export const settingsSchema = z.strictObject({
  client: z.enum(["undici", "stage"]),
  /** of the stub; null for one in the process that measures */
  port: z.number().nullable(),
  inFlight: z.number(),
  questions: z.number(),
});

export type PointSettings = z.infer<typeof settingsSchema>;
