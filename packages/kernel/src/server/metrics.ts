import type { Counter, Histogram, Registry } from "prom-client";

/** One value of a gauge, with what it is about. */
export interface GaugeSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A figure that is looked up when somebody asks. */
export interface GaugeSource {
  /** Such as `understudy_devices`. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  read(): Iterable<GaugeSample>;
}

/** What became of one exchange. */
export interface Exchange {
  readonly server: string;
  /** The route's pattern; `undefined` when none matched. */
  readonly route: string | undefined;
  readonly method: string;
  /** The status, or the outcome (`reset`, `hang` …) where there was none. */
  readonly result: number | string;
  readonly seconds: number;
}

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
export const METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** The figures of one process in Prometheus' text form. Labels come from patterns and known words only, never from requests. */
export class Metrics {
  readonly #registry: Registry;
  readonly #requests: Counter;
  readonly #errors: Counter;
  readonly #latency: Histogram;
  readonly #limited: Counter;
  readonly #newGauge: (source: GaugeSource) => void;

  private constructor(library: typeof import("prom-client")) {
    const registry = new library.Registry();
    const registers = [registry];
    this.#registry = registry;
    this.#requests = new library.Counter({
      name: "understudy_http_requests_total",
      help: "Requests answered, by route and result (status or outcome)",
      labelNames: ["server", "route", "method", "result"],
      registers,
    });
    this.#errors = new library.Counter({
      name: "understudy_http_errors_total",
      help: "Requests answered with a status of 400 or more, or with no reply, by route",
      labelNames: ["server", "route", "method", "result"],
      registers,
    });
    this.#latency = new library.Histogram({
      name: "understudy_http_request_duration_seconds",
      help: "Time from a request to its answer",
      labelNames: ["server", "route", "method"],
      buckets: BUCKETS,
      registers,
    });
    this.#limited = new library.Counter({
      name: "understudy_http_rate_limited_total",
      help: "Requests refused by the rate limit",
      labelNames: ["server"],
      registers,
    });
    this.#newGauge = ({ name, help, labels, read }) => {
      new library.Gauge({
        name,
        help,
        labelNames: labels,
        registers,
        collect() {
          this.reset();
          for (const sample of read()) this.set(sample.labels, sample.value);
        },
      });
    };
  }

  /** `live`: with the figures of the process itself (memory, CPU, event loop), which read the machine's time. */
  static async open(options: { readonly live: boolean }): Promise<Metrics> {
    const library = await import("prom-client");
    const metrics = new Metrics(library);
    if (options.live) library.collectDefaultMetrics({ register: metrics.#registry });
    return metrics;
  }

  count(exchange: Exchange): void {
    const { server } = exchange;
    const route = exchange.route ?? "unmatched";
    const method = METHODS.has(exchange.method) ? exchange.method : "other";
    const result = String(exchange.result);
    this.#requests.inc({ server, route, method, result });
    this.#latency.observe({ server, route, method }, exchange.seconds);
    if (typeof exchange.result === "string" || exchange.result >= 400)
      this.#errors.inc({ server, route, method, result });
  }

  countLimited(server: string): void {
    this.#limited.inc({ server });
  }

  /** True when a figure of that name is there already. */
  has(name: string): boolean {
    return this.#registry.getSingleMetric(name) !== undefined;
  }

  /** Adds a gauge. Throws when the name is taken. */
  gauge(source: GaugeSource): void {
    this.#newGauge(source);
  }

  /** The exposition text, of type {@link METRICS_CONTENT_TYPE}. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
