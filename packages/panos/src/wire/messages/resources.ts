import type { Duration, Instant } from "@understudy/kernel";
import { timeOfDay } from "../time.ts";
import { block, type Markup, xml } from "../xml/write.ts";

/** `df` as PAN-OS prints it: every line has six columns, and each mount is there once. `freeGb` is what can be filled with images. */
export function renderDiskSpace(freeGb: number): Markup {
  const free = `${freeGb.toFixed(1)}G`;
  const size = `${(freeGb + 8).toFixed(1)}G`;
  const share = `${Math.round((8 / (freeGb + 8)) * 100)}%`;
  const rows = [
    ["Filesystem", "Size", "Used", "Avail", "Use%", "Mounted on"],
    ["/dev/root", "9.5G", "4.5G", "4.6G", "50%", "/"],
    ["none", "2.5G", "60K", "2.5G", "1%", "/dev"],
    ["/dev/sda5", size, "8.0G", free, share, "/opt/pancfg"],
    ["/dev/sda6", size, "8.0G", free, share, "/opt/panrepo"],
    ["tmpfs", "2.0G", "400M", "1.6G", "20%", "/dev/shm"],
    ["/dev/sda8", "21G", "3.4G", "17G", "18%", "/opt/panlogs"],
  ];
  return block(
    `${rows.map(([name = "", ...rest]) => `${name.padEnd(14)}${rest.map((cell) => cell.padStart(6)).join(" ")}`).join("\n")}\n`,
  );
}

/** What `top` shows of a management plane. */
export interface ManagementLoad {
  readonly now: Instant;
  readonly uptime: Duration;
  /** 0 … 100. */
  readonly idlePercent: number;
  readonly loadAverage: readonly [number, number, number];
  readonly memoryTotalKib: number;
  readonly memoryFreeKib: number;
  readonly memoryUsedKib: number;
  /** Releases from 10.2 on print MiB with decimals. */
  readonly unit: "KiB" | "MiB";
}

export function renderResources(load: ManagementLoad): Markup {
  const minutes = Math.floor(load.uptime / 60_000);
  const up = `${Math.floor(minutes / 1440)} days, ${String(Math.floor(minutes / 60) % 24).padStart(2)}:${String(minutes % 60).padStart(2, "0")}`;
  const size = (kib: number): string => (load.unit === "KiB" ? String(kib) : (kib / 1024).toFixed(1));
  const cache = load.memoryTotalKib - load.memoryFreeKib - load.memoryUsedKib;
  const busy = 100 - load.idlePercent;
  const lines = [
    `top - ${timeOfDay(load.now)} up ${up},  0 users,  load average: ${load.loadAverage.map((n) => n.toFixed(2)).join(", ")}`,
    "Tasks: 200 total,   1 running, 199 sleeping,   0 stopped,   0 zombie",
    `%Cpu(s): ${(busy * 0.7).toFixed(1).padStart(4)} us, ${(busy * 0.3).toFixed(1).padStart(4)} sy,  0.0 ni, ${load.idlePercent.toFixed(1)} id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st`,
    `${load.unit} Mem : ${size(load.memoryTotalKib).padStart(8)} total, ${size(load.memoryFreeKib).padStart(8)} free, ${size(load.memoryUsedKib).padStart(8)} used, ${size(cache).padStart(8)} buff/cache`,
    `${load.unit} Swap: ${size(4_194_300).padStart(8)} total, ${size(4_194_300).padStart(8)} free, ${size(0).padStart(8)} used. ${size(load.memoryFreeKib).padStart(8)} avail Mem`,
    "",
    "  PID USER      PR  NI    VIRT    RES    SHR S  %CPU %MEM     TIME+ COMMAND",
    " 3456       20   0  543210  98765  12345 S   0.7  1.2  12:34.56 mgmtsrvr",
    " 3460       20   0  234567  54321   8765 S   0.3  0.7   3:21.09 devsrvr",
  ];
  return block(`${lines.join("\n")}\n`);
}

/** Sensors of a hardware firewall: warmer, and with faster fans, the more of its load (0 … 1) it carries. Virtual ones have none. */
export function renderEnvironmentals(alarm: boolean, load: number): Markup {
  const flag = alarm ? "True" : "False";
  const sensor = (description: string, values: Markup): Markup =>
    xml`<Slot1><entry><slot>1</slot><description>${description}</description>${values}</entry></Slot1>`;
  const [celsius, rpm, volts] = [
    (alarm ? 92 : 34 + 16 * load).toFixed(1),
    String(Math.round(alarm ? 12_000 : 5500 + 4000 * load)),
    "12.0",
  ];
  return xml`<thermal>${sensor("Temperature near management plane", xml`<min>-5.0</min><max>70.0</max><alarm>${flag}</alarm><DegreesC>${celsius}</DegreesC>`)}</thermal><fantray>${sensor("Fan Tray", xml`<alarm>False</alarm><Inserted>True</Inserted><min>1</min>`)}</fantray><fan>${sensor("Fan #1 RPM", xml`<min>1000</min><alarm>False</alarm><RPMs>${rpm}</RPMs>`)}</fan><power>${sensor("Power 12V", xml`<min>10.8</min><max>13.2</max><alarm>False</alarm><Volts>${volts}</Volts>`)}</power><power-supply>${sensor("Power Supply #1", xml`<alarm>False</alarm><Inserted>True</Inserted><min>1</min>`)}</power-supply>`;
}

/** Load of one core, newest first. */
export interface CoreLoad {
  readonly average: readonly number[];
  readonly maximum: readonly number[];
}

/** Data plane load per core, one value per unit of time such as `minute`, newest first. */
export function renderDataPlaneLoad(unit: string, cores: readonly CoreLoad[]): Markup {
  const entries = (of: (core: CoreLoad) => readonly number[]): string =>
    cores.map((core, id) => `<entry><coreid>${id}</coreid><value>${of(core).join(",")}</value></entry>`).join("");
  const load = (name: string, of: (core: CoreLoad) => readonly number[]): string => `<${name}>${entries(of)}</${name}>`;
  const average = load("cpu-load-average", ({ average }) => average);
  const maximum = unit === "second" ? "" : load("cpu-load-maximum", ({ maximum }) => maximum);
  return {
    markup: `<resource-monitor><data-processors><dp0><${unit}>${average}${maximum}</${unit}></dp0></data-processors></resource-monitor>`,
  };
}
