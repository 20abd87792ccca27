/* How long the line to the server waits for what. */

/* Between two tries of the socket: at random from nothing up to a bound that doubles from the first to the second. */
export const BASE_MS = 500;
export const LONGEST_MS = 30000;
/* Without a welcome the opening has failed; after so many failures the HTTP twin takes over while the socket is tried on. */
export const OPEN_MS = 8000;
export const FAILED_OPENS = 2;
/* Without an answer to a message, or a frame for so many heartbeats, or with the page asleep for so long, the line is dead. */
export const ACK_MS = 10000;
export const SILENT_BEATS = 2.5;
export const SLEPT_MS = 60000;
/* How often all this is looked at. */
export const TICK_MS = 1000;
export const TOO_LARGE_CLOSE = 1009; // the close code of a frame that was too large
