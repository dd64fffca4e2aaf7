// Preloaded into every child: when the launcher is gone, killed even, the channel to it closes and the child ends itself.
process.on("disconnect", () => {
  process.kill(process.pid, "SIGTERM");
  setTimeout(() => process.exit(1), 5_000).unref();
});
// The channel alone holds no child back that has nothing left to do.
process.channel?.unref();
