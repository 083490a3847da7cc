import { selectTasks } from "./task-selection.js";

/** lm-eval's four groups of subjects, in its order. Other programs sort some subjects otherwise (`anatomy`), so category means are comparable with lm-eval's only. */
export const mmluCategories = ["stem", "other", "social_sciences", "humanities"] as const;

export type MmluCategory = (typeof mmluCategories)[number];

/** One of MMLU's subjects. */
export interface MmluSubject {
  /** lm-eval's task, `mmlu_anatomy` */
  readonly name: string;
  /** the subject itself, `anatomy` */
  readonly subject: string;
  readonly category: MmluCategory;
  /** questions of the published test file */
  readonly testSize: number;
  /** what the published content hashes to, see `promptSetHash`: the first 16 hex digits with five examples and with none */
  readonly promptHashes: { readonly 5: string; readonly 0: string };
  /** what else selects it: its subject, groups, their aliases and tags */
  readonly labels: readonly string[];
}

type SubjectRow = readonly [
  subject: string,
  category: MmluCategory,
  testSize: number,
  fiveShotHash: string,
  zeroShotHash: string,
];

/** cais/mmlu with the categories of lm-eval 0.4.13. */
const rows: readonly SubjectRow[] = [
  ["abstract_algebra", "stem", 100, "4a37ba8fb9f868d3", "4899c1d2dc436ed9"],
  ["anatomy", "stem", 135, "48c8575151483587", "6ded0dd358caccc1"],
  ["astronomy", "stem", 152, "b34d9df6b1c3fdaf", "6b4c539040ed813c"],
  ["business_ethics", "other", 100, "c9acde4cf4fa95de", "27c6c8aa5661d42d"],
  ["clinical_knowledge", "other", 265, "e2f41afb2b43811c", "d2533ae97edbe318"],
  ["college_biology", "stem", 144, "c3544bbf45730393", "18a0467b8ff45c02"],
  ["college_chemistry", "stem", 100, "39ee75bd146b2ad4", "10bb68e0c8b88ebf"],
  ["college_computer_science", "stem", 100, "45f0bdd79750ba8b", "293afb0e509d210e"],
  ["college_mathematics", "stem", 100, "6626a9c3eb593e5d", "b25466a606d86b9e"],
  ["college_medicine", "other", 173, "a776f788f69db0f4", "d5691ffe3c14105a"],
  ["college_physics", "stem", 102, "1d70e59fb6d28959", "8a8f2aac9dd2a818"],
  ["computer_security", "stem", 100, "bcd87453ebd16e4e", "305e3bfe97288c5e"],
  ["conceptual_physics", "stem", 235, "a8d61667df05470d", "9ab05c8a3e98b852"],
  ["econometrics", "social_sciences", 114, "7b5b9ac5fcf586b9", "36cda9546193b75b"],
  ["electrical_engineering", "stem", 145, "dad6f929edd7b7bc", "992d3a299ee06646"],
  ["elementary_mathematics", "stem", 378, "dfbea62b3ff34108", "534a91179b00339e"],
  ["formal_logic", "humanities", 126, "69157d65e2a2e960", "15287247c47d824f"],
  ["global_facts", "other", 100, "1d83def499ceec08", "77cb8fa91596aa1b"],
  ["high_school_biology", "stem", 310, "ed161c8493f4f30f", "e3c74a78908600ee"],
  ["high_school_chemistry", "stem", 203, "391e909edc499cdf", "b0f6bb20b80fa00b"],
  ["high_school_computer_science", "stem", 100, "e2b5d66693ed4afe", "9e48e130d78fc67a"],
  ["high_school_european_history", "humanities", 165, "7c2349ea78dc028f", "e10cfe68b90ef839"],
  ["high_school_geography", "social_sciences", 198, "5d843db1dbe265ce", "3d866cbb84dfdca6"],
  ["high_school_government_and_politics", "social_sciences", 193, "eec986f913f13e27", "230c9a51c8e9bc31"],
  ["high_school_macroeconomics", "social_sciences", 390, "c9946a25e9e5cc6a", "77175df846f59e67"],
  ["high_school_mathematics", "stem", 270, "388e628c90ef1c97", "506e3e0b4114abfd"],
  ["high_school_microeconomics", "social_sciences", 238, "d27a84e9cc49fd28", "bede76c8148f7e81"],
  ["high_school_physics", "stem", 151, "86b5070b4a5db4dc", "78ee3ac0878ca643"],
  ["high_school_psychology", "social_sciences", 545, "af055d0a22bb2c1b", "1abce64ac634f3ad"],
  ["high_school_statistics", "stem", 216, "89abad0a1a782492", "23b2fbabc709baea"],
  ["high_school_us_history", "humanities", 204, "6a2b7677d89aaba8", "92849fa75e094292"],
  ["high_school_world_history", "humanities", 237, "b7c8b2b49998be08", "716bc13e3b5435d7"],
  ["human_aging", "other", 223, "ebdeeba109609a9a", "1016fcf9eb90f5b0"],
  ["human_sexuality", "social_sciences", 131, "3521addc548646c2", "4fadba27497e414f"],
  ["international_law", "humanities", 121, "4e399865131a500f", "8103cf8188474906"],
  ["jurisprudence", "humanities", 108, "e726e3591250f121", "063e23651cf46f7d"],
  ["logical_fallacies", "humanities", 163, "695b0dad46b91c31", "a73ff2892b04feab"],
  ["machine_learning", "stem", 112, "9b26ca0ac5c31a42", "7cb5da4a4655c3c4"],
  ["management", "other", 103, "9a3edd3e4dba53fb", "823221cda130cddf"],
  ["marketing", "other", 234, "dc61765aaf15da65", "64bd84b8d397177d"],
  ["medical_genetics", "other", 100, "4fc1ed1b46465ad3", "c94b80ed832656bc"],
  ["miscellaneous", "other", 783, "cec41b83ebb6a0b4", "ef2dcdf823b853f9"],
  ["moral_disputes", "humanities", 346, "d3d2a5961301a282", "7caf20c0e40a5a48"],
  ["moral_scenarios", "humanities", 895, "3d622d792f9cbf53", "0bee63fe681e531c"],
  ["nutrition", "other", 306, "b55d68c504800702", "a258d0fb21d686bb"],
  ["philosophy", "humanities", 311, "04ff03c9f234e3ad", "1aceb0b8a6bd00ef"],
  ["prehistory", "humanities", 324, "b400a71c3ba2e9da", "290b70b5661c13d9"],
  ["professional_accounting", "other", 282, "671f1908ec95897e", "6a4b191ca13579e4"],
  ["professional_law", "humanities", 1534, "69569a3151d5543e", "f9e4a138608f42b1"],
  ["professional_medicine", "other", 272, "b18a0cabe094d892", "b8003325dd9e6c2a"],
  ["professional_psychology", "social_sciences", 612, "e021ee559c8df457", "780fd7633ea23649"],
  ["public_relations", "social_sciences", 110, "1413bd085efb792e", "2b86adb7b258a732"],
  ["security_studies", "social_sciences", 245, "6eb23b1f9b7d80c1", "32c963429408208b"],
  ["sociology", "social_sciences", 201, "edd82ff81cd922d4", "46126b9a194e05e8"],
  ["us_foreign_policy", "social_sciences", 100, "7163560f29f2bee5", "de4eea4095f6d3ab"],
  ["virology", "other", 166, "32c9fe1f61f671e6", "d6a7cf0a7e88e71f"],
  ["world_religions", "humanities", 171, "b2f7f4531687fb18", "62048585c8c07613"],
];

/** The 57 subjects, in alphabetical order. */
export const mmluSubjects: readonly MmluSubject[] = rows.map(([subject, category, testSize, five, zero]) => ({
  name: `mmlu_${subject}`,
  subject,
  category,
  testSize,
  promptHashes: { 5: five, 0: zero },
  labels: [subject, "mmlu", `mmlu_${category}`, `mmlu_${category}_tasks`, category, categoryAlias(category)],
}));

/** How lm-eval prints a category: `social sciences`. */
export function categoryAlias(category: MmluCategory): string {
  return category.replaceAll("_", " ");
}

/**
 * The subjects that names stand for: a task (`mmlu_anatomy`), a subject (`anatomy`), a group (`mmlu`, `mmlu_stem`), its alias (`stem`,
 * `social sciences`), a tag (`mmlu_stem_tasks`) or a glob (`mmlu_high_school_*`). No name stands for all.
 *
 * @throws EvalError `input` for a name that is none of these
 */
export function selectMmluSubjects(names: readonly string[]): MmluSubject[] {
  return selectTasks(names, mmluSubjects);
}
