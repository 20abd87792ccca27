/* Personal identity codes in free text, found by the same rules as on the server (services/identity_codes.py), which masks them
   before anything is stored. Here they are found before anything is sent. One corpus tests both. */

const CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY";
const CENTURIES = { "+": [18], "-": [19], "": [19, 20, 18] };
for (const mark of "UVWXY") CENTURIES[mark] = [19];
for (const mark of "ABCDEF") CENTURIES[mark] = [20];

const MARK = "(?<before> {0,3})(?<mark>-{1,3}|[+A-FU-Y]|)(?<after> {0,3})";
const PLAIN = `(?<![0-9])(?<date>[0-9]{6})${MARK}(?<number>[0-9]{3})(?<gap> ?)(?<check>[0-9A-Z])(?![0-9])`;
const SPREAD = "(?<![0-9])(?<date>[0-9]{1,2}[.\\/-][0-9]{1,2}[.\\/-](?:[0-9]{4}|[0-9]{2})|(?:[0-9][ .]?){5}[0-9])"
  + `${MARK}(?<number>[0-9] ?[0-9] ?[0-9])(?<gap> ?)(?<check>[0-9A-Z])(?![0-9])`;
const ODD = "(?<![0-9])(?<date>[0-9]{6}) ?(?<mark>[^0-9 ]{1,2}) ?(?<number>[0-9]{3})(?<gap>)(?<check>[0-9A-Z])(?![0-9])";
const NAMED = /hetu|henkil[öo][\p{L}\p{N}_]*tunnu|sotu|sosiaaliturvatunnu|personbeteckning|personnummer|identity\s(?:code|number)|\bssn\b/iu;
const NAMED_BEFORE = 40;
const MOBILE = /^(?:04|050)/;
const DASH = /[\p{Pd}\u2212\u02d7\u2043]/u;

/* Every stretch of the text that is, or is a mistyped, identity code: [start, end) as JavaScript counts, in order. */
export function find(text) {
  if ((text.match(/\p{Nd}/gu) ?? []).length < 9) return [];
  const { plain, places } = flattened(text);
  const found = [];
  for (const [source, isCode] of [[PLAIN, isPlain], [SPREAD, isSpread], [ODD, isSure]]) {
    const pattern = new RegExp(source, "gi");
    for (let match = pattern.exec(plain); match; match = pattern.exec(plain)) {
      const is = isCode(match, plain);
      if (is) found.push([match.index, pattern.lastIndex]);
      pattern.lastIndex = is ? pattern.lastIndex : match.index + 1;
    }
  }
  found.sort((one, two) => one[0] - two[0] || one[1] - two[1]);
  const apart = [];
  for (const [start, end] of found) {
    const last = apart.at(-1);
    if (last && start < last[1]) last[1] = Math.max(last[1], end);
    else apart.push([start, end]);
  }
  return apart.map(([start, end]) => [places[start][0], places[end - 1][1]]);
}

/* The text without its codes, and without the gaps that they would leave. */
export function without(text) {
  let left = "";
  let at = 0;
  for (const [start, end] of find(text)) {
    left += text.slice(at, start);
    at = end;
    if (/(?:^|[ \u00a0])$/.test(left)) while (text[at] === " ") at += 1;
  }
  return (left + text.slice(at)).trim();
}

/* As its reader sees it: any digits as 0–9, any dash as “-”, nothing invisible; one UTF-16 unit for each character. */
function flattened(text) {
  let plain = "";
  const places = [];
  let at = 0;
  for (const char of text) {
    const shown = plainOf(char);
    for (const unit of shown) {
      plain += unit;
      places.push([at, at + char.length]);
    }
    at += char.length;
  }
  return { plain, places };
}

function plainOf(char) {
  if (char <= "\u007f") return /[\t\n\r]/.test(char) ? " " : char;
  if (/[\p{Cf}\p{Mn}\p{Me}]/u.test(char)) return "";
  if (/\p{Nd}/u.test(char)) return String(digit(char));
  if (DASH.test(char)) return "-";
  if (/\p{Z}/u.test(char)) return " ";
  const plain = char.normalize("NFKC");
  if (plain.length === 1 && plain <= "\u007f") return plain;
  return char.length === 1 ? char : "\ufffd";
}

/* Decimal digits of every script stand in rows of ten. */
function digit(char) {
  const plain = char.normalize("NFKC");
  if (/^[0-9]$/.test(plain)) return Number(plain);
  let value = 0;
  for (let code = char.codePointAt(0) - 1; /\p{Nd}/u.test(String.fromCodePoint(code)); code -= 1) value += 1;
  return value % 10;
}

function isPlain(match, text) {
  const { date, number, check, gap, before, after } = match.groups;
  const mark = match.groups.mark.toUpperCase().slice(0, 1);
  if (!isPossible(date, number, mark)) return false;
  const isRight = check.toUpperCase() === checkOf(date, number);
  const isDigit = /[0-9]/.test(check);
  const goesOn = isLetter(text[match.index + match[0].length]);
  if (goesOn && (gap || isDigit)) return false;
  if (!mark && isDigit) {
    if (NAMED.test(text.slice(Math.max(0, match.index - NAMED_BEFORE), match.index))) return true;
    return isRight && !gap && !MOBILE.test(date);
  }
  const isApart = Boolean(before || after);
  if (goesOn || (gap && (!mark || isDigit)) || (/[A-Z]/.test(mark) && isApart)) return isRight;
  return true;
}

function isSpread(match, text) {
  const { mark, check } = match.groups;
  return (mark !== "" || !/[0-9]/.test(check)) && isSure(match, text);
}

function isSure(match, text) {
  const date = sixDigits(match.groups.date);
  const number = match.groups.number.replaceAll(" ", "");
  const mark = match.groups.mark.toUpperCase().slice(0, 1);
  if (isLetter(text[match.index + match[0].length]) || match.groups.check.toUpperCase() !== checkOf(date, number)) return false;
  return isPossible(date, number, Object.hasOwn(CENTURIES, mark) ? mark : "");
}

function sixDigits(date) {
  const parts = date.split(/[./-]/);
  if (parts.length === 3) return parts[0].padStart(2, "0") + parts[1].padStart(2, "0") + parts[2].slice(-2);
  return date.replace(/[^0-9]/g, "");
}

function isPossible(date, number, mark) {
  const [day, month, year] = [date.slice(0, 2), date.slice(2, 4), date.slice(4)].map(Number);
  if (number < "002" || month < 1 || month > 12 || day < 1) return false;
  return CENTURIES[mark].some((century) => day <= new Date(Date.UTC(century * 100 + year, month, 0)).getUTCDate());
}

const checkOf = (date, number) => CHECKS[Number(date + number) % 31];
const isLetter = (char) => char !== undefined && /\p{L}/u.test(char);
