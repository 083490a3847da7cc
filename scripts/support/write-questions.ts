/** Writes a question file in a process of its own, so that the measured one's memory is the product's. Arguments: path, number of questions. */
import { writeQuestions } from "./question-set.js";

await writeQuestions(process.argv[2] ?? "", Number(process.argv[3]));
