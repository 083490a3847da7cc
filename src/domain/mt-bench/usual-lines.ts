import type { AnswerChoice, AnswerTurn, CompleteAnswer } from "./answer.js";
import type { RatedJudgment } from "./judgment.js";
import type { QuestionId } from "./question.js";

/*
 * Reports read records by the hundred thousand. To parse a line, to go through its schema and to decode the row takes twice as long as to go
 * once from left to right through a line that is just as branchbench writes it every day. Of all other lines, be they wrong or only unusual,
 * this says nothing: they are parsed, and the schema knows what is wrong with them.
 */

/** A complete answer, and its texts as they stand in the line. */
interface UsualAnswer {
  readonly answer: CompleteAnswer;
  /** of each choice its turns as JSON; they are parts of the line, which stays in memory as long as one of them */
  readonly turnsJson: readonly (readonly string[])[];
}

const whole = String.raw`(?:0|[1-9]\d{0,14})`;
const positive = String.raw`[1-9]\d{0,14}`;
const number = String.raw`${whole}(?:\.\d+)?`;
/** a text without escapes; texts that may be long are not gone through by a pattern */
const name = String.raw`"[^"\\\u0000-\u001f]*"`;
const questionId = String.raw`${whole}|"[^"\\\u0000-\u001f]+"`;

const judgmentStart = piece(
  String.raw`\{"question_id":(${questionId}),"model":(${name}),"judge":\[(${name}),(${name})\],"user_prompt":`,
);
const judgmentFacts = piece(
  `,"score":(${number}),"turn":(${positive}),"tstamp":(${number}),"choice":(${whole})(?:,"repeat":(${positive}))?`,
  `,"prompt_hash":(${name}),"answer_hash":(${name}),`,
);
const answerStart = piece(
  String.raw`\{"question_id":(${questionId}),"answer_id":(${name}),"model_id":(${name}),"choices":\[`,
);
const choiceStart = piece(String.raw`\{"index":(${whole}),"turns":\[`);
const answerEnd = piece(String.raw`\],"tstamp":(${number})\}`);
// a server need not say why it stopped and how many tokens it took
const usage = piece(
  `(?:"finish_reason":(${name}),)?(?:"prompt_tokens":(${whole}),"completion_tokens":(${whole}),)?`,
  `"latency_ms":(${number}),"attempts":(${positive})`,
);

/** So many different ones are remembered, which no file of ours comes near. */
const mostNames = 1_000;

/** Looked for at one place only. */
function piece(...parts: readonly string[]): RegExp {
  return new RegExp(parts.join(""), "y");
}

/** Reads the lines of a file. */
export interface UsualLines {
  /** Undefined where the line is not a usual one. `userPrompt` is passed over, and empty. */
  judgment(line: string): RatedJudgment | undefined;
  /** Undefined where the line is not a usual one. */
  answer(line: string): UsualAnswer | undefined;
}

/** A reader for one file: it remembers the names that come again. */
export function usualLines(): UsualLines {
  const parseName = nameParser();
  // one for all lines, since there are many
  const reader = lineReader();
  const read = <Item>(line: string, item: (reader: LineReader, parseName: ParseText) => Item): Item | undefined => {
    reader.begin(line);
    try {
      return item(reader, parseName);
    } catch {
      return undefined;
    }
  };
  return { judgment: (line) => read(line, judgmentOf), answer: (line) => read(line, answerOf) };
}

function judgmentOf(line: LineReader, parseName: ParseText): RatedJudgment {
  const [, id, model, judge, promptName] = line.take(judgmentStart);
  line.takeText();
  line.skip(',"judgment":');
  const text = line.takeText();
  const [, score, turn, tstamp, choice, repeat, promptHash, answerHash] = line.take(judgmentFacts);
  const used = takeUsage(line);
  const isInline = line.has(',"reasoning_inline":true');
  line.skip("}");
  line.end();
  const judgment: Writable<RatedJudgment> = {
    kind: "rated",
    questionId: parseId(id),
    model: parseName(model),
    judge: parseName(judge),
    promptName: parseName(promptName),
    promptHash: parseName(promptHash),
    userPrompt: "",
    turn: Number(turn),
    choice: Number(choice),
    answerHash: parseText(answerHash),
    tstamp: Number(tstamp),
    text: parseText(text),
    rating: { kind: "scored", score: Number(score) },
  };
  if (repeat !== undefined) judgment.repeat = Number(repeat);
  addUsage(judgment, used, parseName);
  if (isInline) judgment.reasoningInline = true;
  return judgment;
}

function answerOf(line: LineReader, parseName: ParseText): UsualAnswer {
  const [, id, answerId, model] = line.take(answerStart);
  const choices: RawChoice[] = [];
  do {
    const [, index] = line.take(choiceStart);
    const texts = takeTexts(line);
    line.skip('],"details":[');
    const used = texts.map((_, place) => {
      line.skip(place === 0 ? "{" : ",{");
      const ofTurn = takeUsage(line);
      line.skip("}");
      return ofTurn;
    });
    line.skip("]}");
    choices.push({ index: Number(index), texts, used });
  } while (line.has(","));
  const [, tstamp] = line.take(answerEnd);
  line.end();
  const answer: CompleteAnswer = {
    kind: "answered",
    questionId: parseId(id),
    answerId: parseText(answerId),
    model: parseName(model),
    choices: choices.map((choice) => parseChoice(choice, parseName)),
    tstamp: Number(tstamp),
  };
  return { answer, turnsJson: choices.map(({ texts }) => texts) };
}

/** Not parsed before the whole line is known to be a usual one. */
interface RawChoice {
  readonly index: number;
  /** as JSON */
  readonly texts: readonly string[];
  /** one for each text */
  readonly used: readonly RawUsage[];
}

interface RawUsage {
  readonly found: RegExpExecArray;
  readonly reasoning: string | undefined;
}

function parseChoice({ index, texts, used }: RawChoice, parseName: ParseText): AnswerChoice {
  const turns = texts.map((json, place) => {
    const turn: Writable<AnswerTurn> = { text: parseText(json) };
    const ofTurn = used[place];
    if (ofTurn !== undefined) addUsage(turn, ofTurn, parseName);
    return turn;
  });
  return { index, turns };
}

function takeTexts(line: LineReader): string[] {
  const texts: string[] = [];
  do texts.push(line.takeText());
  while (line.has(","));
  return texts;
}

function takeUsage(line: LineReader): RawUsage {
  const found = line.take(usage);
  return { found, reasoning: line.has(',"reasoning":') ? line.takeText() : undefined };
}

function addUsage(
  turn: Writable<Omit<AnswerTurn, "text">>,
  { found, reasoning }: RawUsage,
  parseName: ParseText,
): void {
  const [, finishReason, promptTokens, completionTokens, latencyMs, attempts] = found;
  if (finishReason !== undefined) turn.finishReason = parseName(finishReason);
  if (promptTokens !== undefined)
    turn.usage = { promptTokens: Number(promptTokens), completionTokens: Number(completionTokens) };
  turn.latencyMs = Number(latencyMs);
  turn.attempts = Number(attempts);
  if (reasoning !== undefined) turn.reasoning = parseText(reasoning);
}

/** While it is made. */
type Writable<Facts> = { -readonly [Name in keyof Facts]: Facts[Name] };

/** Goes through a line from left to right. Where it goes on with something else, it is not a usual one, which is thrown. */
interface LineReader {
  begin(line: string): void;
  take(pattern: RegExp): RegExpExecArray;
  skip(literal: string): void;
  /** Skips it where it is there. */
  has(literal: string): boolean;
  /** A text as JSON, with its quotation marks. */
  takeText(): string;
  end(): void;
}

/** One for all, since an error of its own for each line of another tool's file would take its time. */
const unusual = new Error("not a usual line");

function lineReader(): LineReader {
  let line = "";
  let place = 0;
  const has = (literal: string): boolean => {
    const isThere = line.startsWith(literal, place);
    if (isThere) place += literal.length;
    return isThere;
  };
  return {
    begin: (next) => {
      line = next;
      place = 0;
    },
    take: (pattern) => {
      pattern.lastIndex = place;
      const found = pattern.exec(line);
      if (found === null) throw unusual;
      place = pattern.lastIndex;
      return found;
    },
    skip: (literal) => {
      if (!has(literal)) throw unusual;
    },
    has,
    takeText: () => {
      const start = place;
      place = textEnd(line, start);
      return line.slice(start, place);
    },
    end: () => {
      if (place < line.length) throw unusual;
    },
  };
}

/** The place behind the text that begins there. */
function textEnd(line: string, start: number): number {
  if (line[start] !== '"') throw unusual;
  let end = line.indexOf('"', start + 1);
  while (isEscaped(line, end)) end = line.indexOf('"', end + 1);
  if (end === -1) throw unusual;
  return end + 1;
}

/** Whether an odd number of backslashes stands before a place. */
function isEscaped(line: string, place: number): boolean {
  let first = place;
  while (line[first - 1] === "\\") first--;
  return (place - first) % 2 === 1;
}

type ParseText = (json: string | undefined) => string;

/** Names come again from line to line. */
function nameParser(): ParseText {
  const known = new Map<string, string>();
  return (json = "") => {
    const before = known.get(json);
    if (before !== undefined) return before;
    const name = parseText(json);
    if (known.size < mostNames) known.set(JSON.stringify(name), name);
    return name;
  };
}

/** Parsing checks the escapes, and makes a text of its own: a part of the line would keep all of it in memory. */
function parseText(json = ""): string {
  return textFromJson(json);
}

function parseId(json = ""): QuestionId {
  return json.startsWith('"') ? textFromJson(json) : Number(json);
}

// a pattern or a pair of quotation marks says that it is a text
const textFromJson: (json: string) => string = JSON.parse;
