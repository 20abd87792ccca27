/* The elements of the console, defined before the page that holds them. */

import "./console-composer.js";
import "./console-conversation.js";
import "./console-ending.js";
import "./console-log.js";
import "./console-mine.js";
import "./console-record.js";
import "./console-settings.js";
import "./console-waiting.js";
import "./live-part.js";
