import { readFile } from "node:fs/promises";
import { EvalError } from "../domain/eval-error.js";
import type { YamlNode } from "../domain/taxonomy/yaml-node.js";
import { valueOf } from "../domain/taxonomy/yaml-node.js";
import { diskError } from "./disk-error.js";
import type { QuestionAnswerPair } from "./pair-file.js";
import { parseYamlTree } from "./yaml-tree.js";

/**
 * The questions and answers of a knowledge file, which belongs to a taxonomy but is not asked: what an embedded model that learned the
 * file knows. Of a file in another form there are none.
 */
export async function readKnowledgePairs(path: string): Promise<QuestionAnswerPair[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw diskError(error, `cannot read ${path}`);
  });
  const { root } = parseYamlTree(text);
  const pairs = itemsOf(root, "seed_examples").flatMap((example) =>
    itemsOf(example, "questions_and_answers").flatMap((pair) => {
      const [question, answer] = [textOf(pair, "question"), textOf(pair, "answer")];
      return question === undefined || answer === undefined ? [] : [{ question, answer }];
    }),
  );
  if (pairs.length === 0) throw new EvalError("input", `${path}: it holds no question with an answer`);
  return pairs;
}

function itemsOf(node: YamlNode | undefined, key: string): readonly YamlNode[] {
  const value = node?.kind === "mapping" ? valueOf(node, key) : undefined;
  return value?.kind === "list" ? value.items : [];
}

function textOf(node: YamlNode, key: string): string | undefined {
  const value = node.kind === "mapping" ? valueOf(node, key) : undefined;
  return value?.kind === "text" ? value.text : undefined;
}
