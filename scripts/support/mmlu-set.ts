import type { McqDoc, McqTask } from "../../src/domain/scoring/multiple-choice.js";

/** As many subjects as MMLU has. */
const subjects = 57;

/** Questions of MMLU's number, length (about 3 kB a prompt with its five examples) and shape. */
export function syntheticTasks(questions: number): McqTask[] {
  const tasks: McqTask[] = [];
  for (let subject = 0; subject < subjects; subject++) {
    const first = Math.floor((questions * subject) / subjects);
    const end = Math.floor((questions * (subject + 1)) / subjects);
    const docs = Array.from({ length: end - first }, (_, id) => docOf(id, `${subject}-${id}`));
    const examples = Array.from({ length: 5 }, (_, id) => docOf(id, `example ${subject}-${id}`));
    const alias = `subject_${subject}`;
    tasks.push({
      name: `mmlu_${alias}`,
      alias,
      category: "stem",
      form: "letters",
      description: `The following are multiple choice questions (with answers) about subject ${subject}.\n\n`,
      docs,
      fewShots: () => examples,
      source: { path: alias, sha256: "" },
    });
  }
  return tasks;
}

function docOf(id: number, name: string): McqDoc {
  const question = `Question ${name}: ${"which of these is the case when all else stays as it is, ".repeat(5)}in short?`;
  const choices = ["first", "second", "third", "fourth"].map(
    (each) => `the ${each} of four answers, which is as long as they are`,
  );
  return { id, question, choices, gold: id % 4, row: { question, subject: "synthetic", choices, answer: id % 4 } };
}
