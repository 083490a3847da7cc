/** The public API: stages, models, and the records they work on. */
export { branchComparisonSchema, failedGates } from "./domain/branch-comparison.js";
export type { BranchComparison, ComparisonGate } from "./domain/branch-comparison.js";
export { compareScores } from "./domain/comparison.js";
export type { Comparison } from "./domain/comparison.js";
export type { ComparedQuestion, QuestionScore } from "./domain/compared-question.js";
export type { ComparisonSettings } from "./domain/file-comparison.js";
export type { Verdict } from "./domain/verdict.js";
export type { Answer, AnswerChoice, AnswerTurn, CompleteAnswer, FailedAnswer } from "./domain/answer.js";
export type {
  ChatMessage,
  ChatModel,
  ChatReply,
  ChatRequest,
  RequestFailureReason,
  TokenUsage,
} from "./domain/chat-model.js";
export { EvalError } from "./domain/eval-error.js";
export type { EvalErrorCode } from "./domain/eval-error.js";
export type { JudgePrompt, JudgePromptSet, JudgedTurn } from "./domain/judge-prompt.js";
export type { Judgment } from "./domain/judgment.js";
export type { JudgingRules } from "./domain/judgment-plan.js";
export { mcqPrompt } from "./domain/mmlu-prompt.js";
export type { McqPromptForm } from "./domain/mmlu-prompt.js";
export type { McqDoc, McqPrompt, McqTask } from "./domain/multiple-choice.js";
export type { Question, QuestionId } from "./domain/question.js";
export type { QuestionSelection } from "./domain/question-selection.js";
export { mtBenchScale, parseRating, parseRatingFastChat, readRating } from "./domain/rating.js";
export type { Rating, RatingParser, RatingScale, UnscoredReason } from "./domain/rating.js";
export type { References } from "./domain/references.js";
export { reportSchema } from "./domain/report.js";
export type { ModelReport, Report } from "./domain/report.js";
export { taskAccuracy, weightedAccuracy } from "./domain/accuracy.js";
export type { Accuracy, Tally } from "./domain/accuracy.js";
export { mcnemar } from "./domain/mcnemar.js";
export { compareMcq } from "./domain/mcq-comparison.js";
export type { ComparedTask, McqComparison, McqComparisonSettings } from "./domain/mcq-comparison.js";
export { mcqPrompt } from "./domain/mmlu-prompt.js";
export type { McqPromptForm } from "./domain/mmlu-prompt.js";
export { mmluComparisonSchema } from "./domain/mmlu-comparison.js";
export type { MmluComparison } from "./domain/mmlu-comparison.js";
export { mmluReportSchema } from "./domain/mmlu-report.js";
export type { McqPrompts, MmluReport } from "./domain/mmlu-report.js";
export type {
  ContinuationForm,
  McqContext,
  McqDoc,
  McqOutcome,
  McqPrompt,
  McqTask,
  McqWay,
} from "./domain/multiple-choice.js";
export { readMmluTasks } from "./io/mmlu-data.js";
export type { MmluSource, ReadTasks } from "./io/mmlu-data.js";
export { readTaskFolder } from "./io/task-folder.js";
export { prepareScoring } from "./pipeline/mcq-scoring.js";
export type { McqAsking, McqPreparation } from "./pipeline/mcq-scoring.js";
export { mmlu } from "./pipeline/mmlu.js";
export type { MmluSummary } from "./pipeline/mmlu.js";
export { mmluBranch } from "./pipeline/mmlu-branch.js";
export type { MmluBranchInput, MmluBranchPorts, MmluBranchSummary } from "./pipeline/mmlu-branch.js";
export type { McqScoring, MmluInput, MmluPorts } from "./pipeline/mmlu-input.js";
export { mmluComparisonText } from "./render/mmlu-comparison-text.js";
export { mmluText } from "./render/mmlu-text.js";
export { clusteredMean } from "./domain/statistics.js";
export type { MeanEstimate } from "./domain/statistics.js";
export { startEmbeddedServer } from "./embedded/server.js";
export type { EmbeddedModel, EmbeddedServer } from "./embedded/server.js";
export { defaultDataDir, pullMtBench } from "./io/data-sets.js";
export { readMmluTasks } from "./io/mmlu-data.js";
export type { MmluReading, MmluSource, ReadTasks } from "./io/mmlu-data.js";
export { pullMmlu } from "./io/mmlu-pull.js";
export { readTaskFolder } from "./io/task-folder.js";
export type { TaskFolderReading } from "./io/task-folder.js";
export { openAIModel } from "./io/openai.js";
export type { OpenAIModel, OpenAIModelOptions } from "./io/openai.js";
export { outputTree } from "./io/output-tree.js";
export type { OutputTree, RecordPaths } from "./io/output-tree.js";
export { readAnswers } from "./io/answer-file.js";
export { readJudgments } from "./io/judgment-file.js";
export { readBuiltinPrompts, readFastChatPrompts } from "./io/prompt-files.js";
export { responseCache } from "./io/response-cache.js";
export type { ResponseCache } from "./io/response-cache.js";
export { openQuestionFile, readQuestions } from "./io/question-file.js";
export type { QuestionFile } from "./io/question-file.js";
export { readReferenceFile } from "./io/reference-file.js";
export { compareBranches } from "./pipeline/compare.js";
export type { CompareInput, ComparePorts, CompareSide } from "./pipeline/compare.js";
export { genQuestions } from "./pipeline/gen-questions.js";
export type { GenQuestionsInput, GenQuestionsSummary } from "./pipeline/gen-questions.js";
export { taxonomyDiff } from "./pipeline/taxonomy-diff.js";
export { taxonomyLint } from "./pipeline/taxonomy-lint.js";
export { genAnswers } from "./pipeline/gen-answers.js";
export type { GenAnswersInput, GenAnswersPorts, GenAnswersSummary } from "./pipeline/gen-answers.js";
export { findJudgingRules, findQuestions } from "./pipeline/inputs.js";
export type { InputChoices } from "./pipeline/inputs.js";
export { judgeAnswers } from "./pipeline/judge-answers.js";
export type { JudgeAnswersInput, JudgeAnswersPorts, JudgeAnswersSummary } from "./pipeline/judge-answers.js";
export { checkServer } from "./pipeline/preflight.js";
export type { ProgressListener, ProgressSnapshot } from "./pipeline/progress.js";
export { makeReport } from "./pipeline/report.js";
export type { ReportInput } from "./pipeline/report.js";
export { run } from "./pipeline/run.js";
export type { RunInput, RunPorts, RunSummary } from "./pipeline/run.js";
export type { ServerFacts } from "./pipeline/run-manifest.js";
export { comparisonMarkdown } from "./render/comparison-markdown.js";
export { comparisonText } from "./render/comparison-text.js";
export { reportText } from "./render/report-text.js";
