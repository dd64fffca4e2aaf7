/** Seconds of a day. */
export const day = 86_400;

/**
 * The business clock of an installation that everything in it follows: the one place where it is set ahead or back, as the role that
 * owns the schema. `told(seconds)` hears every move; the simulated world's own clock follows by it. For the demo alone: a worker
 * without CHARTER_DEMO refuses to start on a clock that is not the server's.
 */
export async function openClock(url, told) {
  const { default: postgres } = await import("postgres");
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const [row] =
    await sql`select extract(epoch from ahead)::float8 as seconds from charter.clock_offset where tenant = 'main'`;
  let ahead = row.seconds;
  return {
    /** Seconds that it is ahead of the server's; negative when it is behind. */
    ahead: () => ahead,
    /** Time only goes on: what was written down would else lie in the future. */
    async set(seconds) {
      if (seconds < ahead) throw new Error("The clock is not set back.");
      await this.begin(seconds);
    },
    /** As `set`, for an installation in which nothing has happened yet: it may begin in the past. */
    async begin(seconds) {
      await sql`update charter.clock_offset set ahead = make_interval(secs => ${seconds}) where tenant = 'main'`;
      ahead = seconds;
      await told(seconds);
    },
    close: () => sql.end({ timeout: 2 }),
  };
}
