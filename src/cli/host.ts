/** Where text goes. */
export interface TextStream {
  readonly isTTY: boolean;
  write(text: string): void;
}

/** Everything that the command line needs of the process around it. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** Calls back on each interrupt (Ctrl-C, SIGTERM) until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
}
