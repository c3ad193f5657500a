/** Where lines for people go; a stream of the process is one. */
export interface LineOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const PROMPT = /: $/;

/** Writes lines, and keeps the cursor behind a prompt on terminals. A prompt is a line that ends with a colon and a blank. */
export class LineScreen {
  readonly #output: LineOutput;
  #isBehindPrompt = false;

  constructor(output: LineOutput) {
    this.#output = output;
  }

  readonly line = (text: string): void => {
    const before = this.#isBehindPrompt ? "\n" : "";
    this.#isBehindPrompt = this.#output.isTTY === true && PROMPT.test(text);
    this.#output.write(`${before}${text}${this.#isBehindPrompt ? "" : "\n"}`);
  };

  /** The person has typed a line, which ends the prompt's. */
  typed(): void {
    this.#isBehindPrompt = false;
  }
}
