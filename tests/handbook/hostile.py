"""Hostile Markdown: what somebody might write to make a reader's browser do what the reader did not ask for."""

from __future__ import annotations

import contextlib
import re
import zlib
from html.parser import HTMLParser
from urllib.parse import urlsplit

from handbook.markup import ATTRIBUTES, INSIDE, TAGS

# Elements and attributes that run something, load something, or draw over the page.
HTML = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.test/x.js></SCRIPT>",
    "<script/src=data:,alert(1)>",
    "<script >alert`1`</script >",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>alert(1)//<</script>",
    "<script\x00>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror='alert(1)'>",
    '<img src="x" onerror="alert(1)"',
    "<img/src/onerror=alert(1)>",
    "<img src=`javascript:alert(1)`>",
    "<img src=x:alert(alt) onerror=eval(src) alt=0>",
    "<IMG SRC=jav&#x09;ascript:alert(1)>",
    '<img """><script>alert(1)</script>">',
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></foreignObject></svg>",
    "<svg><use href='data:image/svg+xml;base64,PHN2Zy8+#x'></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--><img src=x onerror=alert(1)>'>",
    "<math href='javascript:alert(1)'>CLICK</math>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<applet code=x></applet>",
    "<base href=//evil.test/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=//evil.test/x.css>",
    "<style>*{background:url(javascript:alert(1))}</style>",
    "<style>@import '//evil.test/x.css';</style>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<div style=position:fixed;inset:0;z-index:9999>x</div>",
    "<p style='width:expression(alert(1))'>x</p>",
    "<body onload=alert(1)>",
    "<html onmouseover=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)>",
    "<textarea autofocus onfocus=alert(1)>",
    "<keygen autofocus onfocus=alert(1)>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<form action=javascript:alert(1)><input type=submit></form>",
    "<isindex type=image src=1 onerror=alert(1)>",
    "<video src=x onerror=alert(1)></video>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href=&#106;avascript:alert(1)>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href=x onclick=alert(1)>x</a>",
    "<a target=_blank href=//evil.test rel=opener>x</a>",
    "<b onmouseover=alert(1)>x</b>",
    "<p onclick=alert(1)>x</p>",
    "<h2 id=content name=x onclick=alert(1)>x</h2>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<noembed><img title='</noembed><img src=x onerror=alert(1)>'></noembed>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<title><img src=x onerror=alert(1)></title>",
    "<textarea><img src=x onerror=alert(1)></textarea><img src=x onerror=alert(1)>",
    "<!--<img src='--><img src=x onerror=alert(1)//'>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<!DOCTYPE html><script>alert(1)</script>",
    "</div></main></body><script>alert(1)</script>",
    "</p><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<dialog open><script>alert(1)</script></dialog>",
    "<slot name=x onslotchange=alert(1)>",
    "<resident-chat onclick=alert(1)></resident-chat>",
    "<x contenteditable onblur=alert(1)>lose focus</x>",
    "<x onpointerenter=alert(1) style=font-size:900px>x</x>",
]
# Addresses that are not addresses of the web.
ADDRESSES = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "java&#10;script:alert(1)",
    "java&Tab;script:alert(1)",
    "java&NewLine;script:alert(1)",
    "javascript&colon;alert(1)",
    "&#106;&#97;&#118;&#97;script:alert(1)",
    "&#x6A;avascript:alert(1)",
    "\\javascript:alert(1)",
    "\x01javascript:alert(1)",
    "javascript:%61lert(1)",
    "javascript://alue.test/%0Aalert(1)",
    "vbscript:msgbox(1)",
    "VBScript:msgbox(1)",
    "livescript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "data:image/svg+xml;base64,PHN2Zy9vbmxvYWQ9YWxlcnQoMSk+",
    "data:image/png;base64,AAAA",
    "DATA:text/html,x",
    "file:///etc/passwd",
    "blob:https://alue.test/1",
    "filesystem:https://alue.test/x",
    "view-source:javascript:alert(1)",
    "feed:javascript:alert(1)",
    "jar:https://evil.test!/x",
    "ws://evil.test/",
    "chrome://settings",
    "about:blank",
    "intent://x#Intent;scheme=javascript;end",
    "luku:javascript:alert(1)",
    'luku:"onmouseover="alert(1)',
    "palvelu:%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "yhteyspiste:'><img src=x onerror=alert(1)>",
    "kuva:javascript:alert(1)",
    "kuva:../../hallinta/",
    'kuva:x" onerror="alert(1)',
    "//evil.test/x",
    "/fi/tili/",
    "\\\\evil.test\\x",
]
FORMS = [
    "[x]({})",
    "[x](<{}>)",
    "![x]({})",
    "[x][a]\n\n[a]: {}",
    "<{}>",
    '[x]({} "title\\" onmouseover=alert(1)")',
]
# Markdown that tries to make an attribute or an element out of its own parts.
OTHERS = [
    '[x](https://alue.test" onmouseover="alert(1))',
    "[x](https://alue.test'onmouseover='alert(1))",
    '![x" onerror="alert(1)](https://alue.test/x.png)',
    "![<script>alert(1)</script>](kuva:x)",
    '![](kuva:x "onerror=alert(1)")',
    "[<img src=x onerror=alert(1)>](https://alue.test)",
    "[![x](javascript:alert(1))](javascript:alert(2))",
    "`<script>alert(1)</script>`",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "```html onload=alert(1)\n<b>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "    </pre><script>alert(1)</script>",
    "## <script>alert(1)</script>",
    '## x" onclick="alert(1)',
    "## x {#onclick onclick=alert(1)}",
    "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    '| a |\n|:-:" onclick="alert(1)|\n| b |',
    "> <script>alert(1)</script>",
    "- <script>alert(1)</script>",
    "1. <svg onload=alert(1)>",
    '{{phone:"><script>alert(1)</script>}}',
    "{{phone:asiakasohjaus}}<script>alert(1)</script>",
    "{{7*7}} {% load x %} {{ request.user }}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "＜script＞alert(1)＜/script＞",
    "<scrIpt>alert(1)</scrIpt>".replace("I", "ı"),
    "\\<script\\>alert(1)\\</script\\>",
    "<https://alue.test/?<script>alert(1)</script>>",
    "<javascript:alert(1)>",
    "<mailto:x@alue.test?body=<script>alert(1)</script>>",
    "[x]: javascript:alert(1)\n[x]",
    "[x](\tjavascript:alert(1))",
    "[x](javascript\\:alert(1))",
    "[x](https://alue.test/)](javascript:alert(1))",
    "*" * 300 + "<script>alert(1)</script>",
    "[" * 300 + "<script>alert(1)</script>",
    ">" * 150 + "<script>alert(1)</script>",
    "~~<img src=x onerror=alert(1)>~~",
    "x\u2028<script>alert(1)</script>\u2029",
]
CORPUS = [*HTML, *OTHERS, *(form.format(address) for address in ADDRESSES for form in FORMS)]
SCHEMES = {"", "http", "https", "mailto", "tel"}


class Judge(HTMLParser):
    """Reads HTML as a browser would, and notes whatever could do something."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            if name != "rel" and name not in ATTRIBUTES.get(tag, ()):
                self.wrong.append(f"<{tag} {name}>")
            if name in {"href", "src"} and not self._leads_somewhere(value or ""):
                self.wrong.append(f"<{tag} {name}={value}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.wrong.append(f"<?{data}>")

    @staticmethod
    def _leads_somewhere(value: str) -> bool:
        if INSIDE.match(value):
            return True
        clean = "".join(ch for ch in value if ch > " ")
        return urlsplit(clean).scheme.lower() in SCHEMES


def wrong_in(html: str) -> list[str]:
    """What in the HTML is on no allow-list."""
    judge = Judge()
    judge.feed(html)
    judge.close()
    return judge.wrong


RUNS = {
    "script",
    "iframe",
    "object",
    "embed",
    "applet",
    "style",
    "link",
    "meta",
    "base",
    "svg",
    "math",
    "video",
    "audio",
    "marquee",
    "xmp",
}


class PageJudge(Judge):
    """The same of a whole page, which has forms and sections of its own: what could run, load or lead away."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = tag == "img" and (dict(attrs).get("src") or "").startswith("/fi/kasikirja/kuva/")
        if tag in RUNS or (tag == "img" and not own):
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "srcdoc", "formaction", "background", "contenteditable"}:
                self.wrong.append(f"<{tag} {name}>")
            if name in {"href", "src", "action"} and not self._leads_somewhere(value or ""):
                self.wrong.append(f"<{tag} {name}={value}>")


def inside_pdf(content: bytes) -> bytes:
    """The file with what is packed in it: links and actions of a PDF are mostly in compressed objects."""
    opened = [content]
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        with contextlib.suppress(zlib.error):
            opened.append(zlib.decompress(packed))
    return b"\n".join(opened)


def running_in(page: str) -> list[str]:
    """What in the page could do something that its readers did not ask for."""
    judge = PageJudge()
    judge.feed(page)
    judge.close()
    return judge.wrong
