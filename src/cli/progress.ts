import { MultiBar } from "cli-progress";
import type { SingleBar } from "cli-progress";
import type { ProgressListener, ProgressSnapshot } from "../pipeline/progress.js";
import { progressLabel, progressText, rateText } from "../render/summary-text.js";
import type { TextStream } from "./host.js";

const plainIntervalMs = 10_000;

export interface ProgressDisplay {
  readonly listener: ProgressListener;
  readonly stop: () => void;
}

/** A bar per stage on a terminal, a plain line now and then elsewhere. Everything goes to standard error. */
export function progressDisplay(stderr: TextStream): ProgressDisplay {
  return stderr.isTTY ? barDisplay() : plainDisplay(stderr);
}

function barDisplay(): ProgressDisplay {
  const bars = new Map<string, SingleBar>();
  const started = new Map<string, number>();
  const display = new MultiBar({
    format: "{label} {bar} {value}/{total}  {rate}  {failed} errors  {tokens} tokens",
    hideCursor: true,
    // its own handler would swallow the first Ctrl-C
    gracefulExit: false,
    barsize: 24,
    barCompleteChar: "█",
    barIncompleteChar: "░",
  });
  return {
    listener: (now) => {
      const key = progressLabel(now);
      const start = started.get(key) ?? Date.now();
      started.set(key, start);
      const facts = {
        label: key.padEnd(36),
        rate: rateText(now, Date.now() - start),
        failed: now.failed,
        tokens: now.promptTokens + now.completionTokens,
      };
      const bar = bars.get(key) ?? display.create(now.total, now.done, facts);
      bars.set(key, bar);
      bar.setTotal(now.total);
      bar.update(now.done, facts);
    },
    stop: () => display.stop(),
  };
}

function plainDisplay(stderr: TextStream): ProgressDisplay {
  const stages = new Map<string, { readonly start: number; shown: number }>();
  const show = (stage: { readonly start: number; shown: number }, now: ProgressSnapshot): void => {
    stage.shown = Date.now();
    stderr.write(`${progressText(now, Date.now() - stage.start)}\n`);
  };
  return {
    listener: (now) => {
      const key = progressLabel(now);
      const stage = stages.get(key) ?? { start: Date.now(), shown: Date.now() };
      stages.set(key, stage);
      if (now.state !== "running" || Date.now() - stage.shown >= plainIntervalMs) show(stage, now);
    },
    stop: () => undefined,
  };
}
