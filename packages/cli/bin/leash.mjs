// Loaded into the child of a launcher before its program: ends the child where its launcher was killed outright.
if (process.channel && process.env.UNDERSTUDY_LEASH === String(process.ppid)) {
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel.unref();
}
delete process.env.UNDERSTUDY_LEASH;
