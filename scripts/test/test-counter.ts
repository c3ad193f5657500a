import type { Reporter, SerializedError, TestModule } from "vitest/node";

/**
 * A vitest reporter that counts test cases. A file that does not load, a suite whose hook throws and an error outside any test count as one
 * failure each, and so does a run that never ended.
 */
export class TestCounter implements Reporter {
  #passed = 0;
  #failed = 0;
  #skipped = 0;
  #hasEnded = false;

  /** Counts everything once more from the run's final results. */
  onTestRunEnd(modules: readonly Pick<TestModule, "errors" | "children">[], errors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    this.#passed = tests.filter((state) => state === "passed").length;
    this.#skipped = tests.filter((state) => state === "skipped" || state === "pending").length;
    this.#failed =
      tests.filter((state) => state === "failed").length +
      suites.filter((suite) => suite.errors().length > 0).length +
      errors.length;
    this.#hasEnded = true;
  }

  /** Whether anything failed so far; true until a run has ended. */
  get hasFailed(): boolean {
    return !this.#hasEnded || this.#failed > 0;
  }

  /** `N passed, N failed`, and `, N skipped` where some were. */
  get line(): string {
    const failed = this.#hasEnded ? this.#failed : 1;
    return `${this.#passed} passed, ${failed} failed${this.#skipped > 0 ? `, ${this.#skipped} skipped` : ""}`;
  }
}
