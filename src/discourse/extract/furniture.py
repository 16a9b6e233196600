"""The furniture of web sites that copied text drags along: banners, prompts, menus, policies."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

Furniture = Literal["line", "comments", "related"]
"""A line of furniture; a line that opens the readers' comments; a line that opens a list of other stories."""

# Sentences in which a site speaks of itself to its reader; matched anywhere in a line. Beside each pattern stand its
# signs, small letters: a line without any of them cannot match, and looking for them costs a fraction of the pattern.
SENTENCES: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("browser",),
        r"\byour browser\b|\bupgrade\b.*\bbrowser\b|"
        r"\b(?:old|outdated|out[- ]of[- ]date|unsupported|current|modern|newer|different) (?:web )?browser\b|"
        r"\bbrowser (?:is|version)\b.*\b(?:supported|old|outdated|out of date)\b",
    ),
    (
        ("cookie",),
        r"\b(?:enable|disabled?|turn on|accept|allow|reject|manage|use|uses|using|set|sets) (?:all |our |optional |"
        r"some |necessary |essential |non-essential |analytics |third-party |additional )?cookies\b|"
        r"\bcookies? (?:to|on|in|are|policy|settings|preferences|notice|consent|statement)\b.*\b(?:website|site|"
        r"browser|you|your|we|device|experience|us)\b|"
        r"\bwe use (?:some )?(?:essential |optional )?cookies\b|\bthis (?:web)?site uses cookies\b",
    ),
    (("consent", "privacy choices", "cookie"), r"\b(?:your|you) (?:consent|privacy choices|cookie)"),
    (
        ("javascript",),
        r"\b(?:enable|requires?|turn on|without) javascript\b|\bjavascript (?:is|must be|to be|seems)\b",
    ),
    (("site works best", "blocker"), r"\b(?:web)?site works best\b|\bad ?blocker\b"),
    (
        ("you must", "you need to", "you have to", "you can"),
        r"\byou (?:must|need to|have to|can) (?:be |first )?(?:(?:sign|log)(?:ged|ed)?[ -](?:in|on|up)\b|"
        r"(?:register|subscribe)(?:d|ed)?\b.{0,40}"
        r"\b(?:comment|post|reply|read|access|view|continue|article|content)\b)",
    ),
    (
        ("in or ", "in to "),
        r"\b(?:sign|log)(?:ged)? ?in (?:or (?:register|sign up|subscribe|create)|to (?:comment|continue|read|"
        r"access|your|post|leave|view|make|reply))\b",
    ),
    (
        ("the submission of", "by submitting"),
        r"\b(?:please )?remember that the submission of\b|\bby submitting (?:material|a comment|your|this|the)\b",
    ),
    (
        ("our terms", "agree"),
        r"\bour terms (?:and|&) conditions\b|\byou(?:r)? (?:\w+ ){0,3}agree(?:ment)? to (?:our|these|"
        r"the) (?:terms|privacy|rules|house|community)\b",
    ),
    (
        ("links may be", "html"),
        r"\blinks may be included in your comments\b|\bhtml (?:is|tags?|markup) (?:not|are not)? ?(?:permitted|"
        r"allowed)\b",
    ),
    (
        ("comment",),
        r"\bcomments? (?:on this (?:article|story|page) )?(?:are|is|will be|may be|have been) (?:now |"
        r"now been )?(?:closed|moderated|pre-moderated|"
        r"subject to (?:our|moderation|review)|turned off|disabled|awaiting moderation|held for)|"
        r"\byour comments? (?:will|may|is|must) (?:be |now )?(?:moderated|published|appear|reviewed|awaiting|"
        r"shown|visible|checked)\b|"
        r"\bcomments that (?:break|breach|contain)\b|\b(?:community|house) (?:rules|guidelines)\b.*\bcomment|\b"
        r"comment.*\bhouse rules\b",
    ),
    (
        ("sign up", "signing up"),
        r"(?:^|[.!?:] )(?:please )?(?:sign|signing) up (?:to|for) (?:our|the|receive|a|get|free|daily|weekly|"
        r"your)\b.*\b(?:newsletter|bulletin|email|e-mail|alert|"
        r"update|briefing|inbox|edition|account|access)",
    ),
    (
        ("subscribe", "register"),
        r"(?:^|[.!?] )(?:please )?(?:subscribe|register)\b(?: now| today| here| free| for free)?(?: to| for)\b.*"
        r"\b(?:newsletter|bulletin|email|alert|access|content|update|"
        r"magazine|edition|print|digital|unlimited|account|article|trial)",
    ),
    (
        ("your inbox",),
        r"\b(?:get|receive|our|newsletters?|stories|news|updates)\b.{0,80}\b(?:delivered|straight|sent|"
        r"direct) (?:straight |direct |directly |right )?(?:in)?to your inbox\b|\bin your inbox\b",
    ),
    (
        ("subscribe", "member", "registered", "have an account"),
        r"\b(?:already|not) (?:a |an )?(?:subscriber|subscribed|registered|member|have an account)\b",
    ),
    (
        ("content is", "article is", "story is", "page is", "feature is"),
        r"\bthis (?:content|article|story|page|feature) is (?:only )?(?:available|reserved|restricted|exclusive|"
        r"locked|for)\b.*\b(?:subscriber|member|registered|register)",
    ),
    (
        (" remaining", " left", "ve reached your"),
        r"\byou have (?:\w+ )?(?:free |remaining )?(?:articles?|stories) (?:remaining|left)|\byou['’]"
        r"ve reached your (?:free|limit|monthly)",
    ),
    (("new window", "new tab"), r"\bopens? in (?:a )?new (?:window|tab)\b"),
    (
        ("all rights reserved", "©", "(c)", "copyright"),
        r"\ball rights reserved\b|^\W*(?:©|\(c\) (?:19|20)\d\d|copyright (?:©|\(c\)|(?:19|20)\d\d))|"
        r"© (?:copyright )?(?:19|20)\d\d|\bcrown copyright\b",
    ),
    (
        ("registered ",),
        r"\bregistered (?:in england|office|charity (?:no|number)|company (?:no|number))\b.*\d{5}",
    ),
    (("continuing to",), r"\bcontinuing to (?:use|browse) (?:this|our|the) (?:web)?site\b"),
    (
        (" us on ", " me on "),
        r"\b(?:follow|like|find|join) (?:us|me) on (?:twitter|facebook|linkedin|instagram|youtube|bluesky|"
        r"threads|whatsapp|x)\b",
    ),
    (
        ("join ",),
        r"\bjoin (?:over |more than )?[\d,.]+k? (?:other )?(?:\w+ )?(?:professionals|readers|"
        r"subscribers|others|people|members)\b",
    ),
    (
        ("what you think", "we may edit", "your letters", "your views", "your comments", "your thoughts"),
        r"\btell us what you think\b|\bwe may edit (?:letters|comments|for length|your)\b|\b(?:send|"
        r"email) (?:us )?your (?:letters|views|comments|thoughts)\b",
    ),
    (
        (" information", "useful", "helpful"),
        r"\b(?:do not|don['’]t) include (?:any )?personal (?:or financial )?information\b|\b(?:was|"
        r"is) this (?:page|article|story|information) (?:useful|helpful)\b",
    ),
    (
        ("small favour", "since you", "support ", "are reading", "are supporting"),
        r"\b(?:a )?small favour to ask\b|^\W*since you['’]re here\b|\bsupport (?:us|our journalism|the \w"
        r"+) (?:from|for) (?:as little as|just)\b|"
        r"\b(?:readers|people) are (?:reading|supporting) (?:our|us)\b",
    ),
    (
        ("article was", "story was", "page was", "piece was", "post was"),
        r"\bthis (?:article|story|page|piece|post) was (?:last )?(?:amended|updated|corrected|edited|modified|"
        r"changed) (?:on|at|after|to|because)\b",
    ),
    (
        ("contact the editor", "press standards", "code of practice"),
        r"\b(?:contact the editor|press standards|editors?['’] code of practice|independent press standards)\b",
    ),
    (
        ("follow @", "click here"),
        r"\bfollow @\w+|\bclick here (?:to|for)\b.*\b(?:subscribe|sign|register|read|download|more|print|share)",
    ),
    (("the app", "our app", "free app"), r"\b(?:download|get) (?:the|our) (?:free )?app\b"),
    (
        ("if you w",),
        r"\bif you (?:would like|want|wish) to (?:comment|contact us|receive|subscribe|complain|report (?:a|"
        r"this))\b.{0,120}$",
    ),
    (
        ("help us improve", "did you find", "what did you think"),
        r"\bhelp us improve (?:this|our|gov\.uk)|\bdid you find (?:this|what)\b.{0,60}\?|"
        r"\bwhat did you think of this (?:story|article|page)\b",
    ),
    (
        ("you may re", "different format", "available ", "interested in our work"),
        r"\byou may re-?use this (?:information|publication|document)\b|\bcopy of this (?:document|publication|"
        r"report) in a different format\b|"
        r"\bthis (?:publication|document|report) is (?:also )?available (?:at|on|from)\b|"
        r"\binterested in our work\?",
    ),
    (("a version of this",), r"\ba version of this (?:article|story|piece) (?:first )?appear(?:ed|s)\b"),
)

# Whole lines; matched against the line without bullets, arrows and closing punctuation.
_LINES = (
    r"(?:\d+ |no |add |leave |post |view |read |show |hide |load |all |write |make )?(?:a |more |all |your |"
    r"the |\d+ )?comments?(?: ?\(?\d+\)?)?(?: (?:now|here|below))?",
    r"ends|[\d,.]{1,9}k?|check against delivery|skip to (?:main )?(?:content|navigation|search|footer)|"
    r"jump to (?:content|navigation)|"
    r"back to (?:top|home|news|results|all .{1,30})|return to top|top of page|go to top",
    r"(?:main |site |primary |toggle |open |close |show |hide )?(?:menu|navigation|nav|search|site search|"
    r"breadcrumbs?|side ?bar)(?: menu| bar| this site| site| box)?",
    r"home|home ?page|news|latest|latest (?:news|stories|articles|headlines|updates|jobs)|contact|contact us"
    r"|about|about us|about this site|help|faqs?|jobs|careers|events|advertise|advertise with us|advertising"
    r"|site ?map|accessibility(?: statement)?|feedback|privacy|privacy (?:policy|notice|statement|settings)|"
    r"terms|terms of (?:use|service)|terms (?:and|&) conditions(?: of use)?|legal(?: notice)?|disclaimer|"
    r"modern slavery statement|complaints|cookies?|cookie (?:policy|settings|preferences|notice)|"
    r"manage cookies|accept(?: all)?(?: cookies)?|reject(?: all)?(?: cookies)?|decline|ok|okay|got it|"
    r"i agree|agree|dismiss|close|hide(?: this message)?|allow all|no thanks|save preferences|my account|"
    r"account|profile|basket|checkout|shop|store|archive|archives|rss|rss feeds?|newsletters?|e-?newsletter|"
    r"podcasts?|videos?|gallery|opinion|features|analysis|blogs?|magazine|sport|business|politics|culture|"
    r"lifestyle|weather|more|see more|view more|see all|view all|show more|show all|load more|read all|"
    r"welcome",
    r"(?:log|sign)(?: |-)?(?:in|out|up|on)(?: (?:here|now|today|for free))?|(?:log|sign) in(?:/| or | \|"
    r" )(?:register|sign up|subscribe|join)(?: now| here| for free)?|register(?: now| here| free| for free|"
    r" today)?|register (?:or|/) (?:log|sign) in|subscribe(?: now| here| today| for free| to .{1,40})?|"
    r"join(?: us| now| today)?|become a (?:member|subscriber|supporter)|my profile|donate(?: now| today)?|"
    r"support us|create (?:an )?account|forgotten (?:your )?password\??|get (?:email )?(?:alerts|updates)|"
    r"try (?:it )?free.{0,30}|free trial|start your (?:free )?trial",
    r"share(?: (?:this|on|via|it|with|article|page|story|post)(?: .{1,40})?)?|share|tweet(?: this)?|retweet|"
    r"pin it|email(?: this)?(?: (?:page|article|story|to a friend))?|e-?mail|print(?: this)?(?: (?:page|"
    r"article|story|version))?|save(?: (?:this|article|for later))?|bookmark|copy(?: this)? link|link copied"
    r"|facebook|twitter|x|linkedin|whatsapp|instagram|youtube|reddit|pinterest|bluesky|threads|mastodon|"
    r"telegram|flipboard|messenger|snapchat|tiktok|like|follow(?: us)?|follow us on.{0,40}|"
    r"facebook.{0,3}twitter.{0,60}|like this|recommend|text size|font size|a a a|a\+? a-?|"
    r"listen(?: to (?:this|the) (?:article|story))?|listen now|play|pause|gift this article|report (?:abuse|"
    r"this|comment|error|an? (?:problem|error).{0,30})|reply|flag|upvote|downvote|oldest|newest|most recent|"
    r"sort by.{0,20}|advertisements?|ad|sponsored(?: content| by.{0,40})?|promoted(?: content)?|"
    r"scroll to continue(?: reading)?|article continues below.{0,30}|story continues below.{0,30}|"
    r"continue reading(?: .{0,60})?|loading\.*|please wait|image|photo|picture|video|image caption|"
    r"media caption",
    r"(?:read|learn|find out|discover|see|view|explore|know) more(?: (?:about|on|here|from|"
    r"at)(?: .{1,60})?)?|more (?:on|from|about|in|like)(?: this)?(?: .{0,60})?|read (?:next|now|later|also|"
    r"the full (?:story|article|report|speech|letter|statement)(?: here)?)|(?:also )?(?:read|see) (?:also|"
    r"more|related|next)?\s*:.{1,160}|read more\s*:?.{0,160}|also read.{0,160}|related\s*:.{1,160}|see also"
    r"\b.{0,120}|you (?:may|might) also (?:like|be interested in|enjoy).{0,60}|don['’]t miss.{0,100}|watch\s"
    r"*:.{1,120}|click here.{0,60}|here|download(?: .{0,60}(?:pdf|doc|docx|kb|mb)\)?)?|view (?:pdf|document|"
    r"this page.{0,40}|online|in browser|image.{0,20})",
    r"(?:image|photo|picture|photograph|video|graphic|image source|photo credit|image credit|picture credit|"
    r"main image|header image|top image)s?(?: (?:source|credit|copyright|by|via|courtesy(?: of)?))?\s*[:,©|]"
    r".{1,120}|(?:getty|pa|reuters|alamy|shutterstock|istock|unsplash|pexels|flickr)(?: images?| media| wire"
    r"| ?/.{1,30})?|credit\s*:.{1,80}|©.{1,100}",
    r"(?:tags?|topics?|categor(?:y|ies)|filed under|in this (?:section|article|story)|sections?|keywords?|"
    r"related topics?|more topics)(?: ?[:|].{0,200})?",
    r"(?:estimated )?(?:reading time|time to read)\b.{0,30}|\d{1,3}[ -]min(?:ute)?s?(?: to)? read|\d"
    r"+ (?:shares?|views?|likes?|replies|reads?|votes?|followers)|\d+ (?:seconds?|minutes?|mins?|hours?|"
    r"days?|weeks?|months?|years?) ago|just now|today|yesterday",
    r"(?:previous|next|prev|older|newer|first|last)(?: (?:page|article|story|post|posts|entry|image|"
    r"slide))?(?:\s*[:»«→←>].{0,160})?|page \d+(?: of \d+)?|\d{1,4}(?: of \d{1,4})?|[<>«»‹›|•·*=_—–-]{1,80}|"
    r"\d+(?: \d+){2,}(?: next)?",
    r"you are here\b.{0,160}|breadcrumb.{0,60}|home ?(?:[>»›/|→].{1,160})",
    r"jobs? of the week|featured jobs?|find (?:a |your (?:next )?)?jobs?.{0,60}|search jobs|post a job|"
    r"job alerts?|browse jobs|recruit(?:er|ment)s? (?:site|centre|login)",
    r"please (?:select|choose|enter|tick|complete)\b.{0,80}|your (?:name|e-?mail|email address|comment|"
    r"message)\*?|e-?mail address\*?|name\*?|first name\*?|last name\*?|submit(?: comment)?|send|cancel|"
    r"search for.{0,40}|required fields.{0,60}|\* ?(?:required|mandatory).{0,40}|captcha.{0,40}",
    r"last (?:edited|reviewed)\b.{0,60}",
)

_COMMENTS = (
    r"(?:\(?\d+\)? )?(?:readers?['’]? )?comments?(?: ?\(\d+\)| ?: ?\d+)|\d+ comments?|\d+ (?:responses?|"
    r"replies|thoughts) (?:to|on)\b.{0,160}|comments|readers?['’]? comments|"
    r"(?:join|start|view) (?:in )?(?:the |this )?(?:conversation|discussion|debate)|have your say.{0,60}|"
    r"leave a (?:comment|reply).{0,60}|post a comment.{0,40}|"
    r"add (?:a|your) comment.{0,40}|what do you think\??(?: .{0,60})?|your (?:comments|views|thoughts|say)|"
    r"discussion|most recommended comments|comment on this (?:article|story).{0,40}|show comments|"
    r"user comments|comments? section"
)
_RELATED = (
    r"(?:related|recommended|similar|connected|more|other|further|latest|popular|trending|top|recent|"
    r"also)(?: .{1,25})? (?:articles?|stories|story|news|posts?|content|reading|"
    r"headlines|links?|coverage|items|pages|jobs|videos?|topics?)(?: .{0,40})?|related|most (?:read|popular|"
    r"viewed|commented|shared|recent|watched)(?: .{0,40})?|trending(?: now)?|"
    r"you (?:may|might) also (?:like|be interested in|enjoy|want to read)\b.{0,60}|more (?:from|on|like|in|"
    r"about) .{1,60}|what to read next|read next|up next|next up|editor['’]s (?:picks?|choice)|"
    r"recommended(?: for you)?|in other news|from around the web|elsewhere on .{1,40}|around the web|"
    r"sponsored (?:content|links)|featured (?:jobs?|articles?|stories|content|videos?)|latest jobs?.{0,40}|"
    r"job(?:s)? of the week|don['’]t miss|popular"
)

_SIGNED = tuple((sign, found) for signs, text in SENTENCES for found in [re.compile(text, re.I)] for sign in signs)
_LINE = re.compile("^(?:" + "|".join(_LINES) + ")$", re.I)
_OPENS_COMMENTS = re.compile(f"^(?:{_COMMENTS})$", re.I)
_COUNTED_COMMENTS = re.compile(r"\d+ (?:comments?|responses?|replies|thoughts) (?:to|on) [“\"‘'].{1,200}[”\"’']$", re.I)
_OPENS_RELATED = re.compile(f"^(?:{_RELATED})$", re.I)
_TRIM = " \t\u00a0•·‣▪●○◦*-–—>»›→▸►|+✓✉☰×✕:…."
_LONGEST_SENTENCE = 300
_LONGEST_LINE = 220
_MENU = re.compile(r"(?:[^\W\d][^|>»›•·\d]{0,24}\s*[|>»›•·]\s*){2,}[^\W\d][^|>»›•·\d]{0,24}")


@lru_cache(maxsize=4_096)
def furniture(line: str) -> Furniture | None:
    """Which furniture the line is, or None for a line that may belong to the text.

    Knows the set phrases of sites (cookies, sign-in, sharing, comment policy, menus, credits); a line's place
    and shape are judged by the caller.
    """
    stripped = " ".join(line.split())
    if len(stripped) > _LONGEST_SENTENCE:
        return None
    core = stripped.strip(_TRIM)
    if not core:
        return "line"
    if _COUNTED_COMMENTS.match(core):
        return "comments"
    # The set phrases are no sentences; a sentence that begins like one ("More from the budget is needed.") is text.
    if len(core) <= _LONGEST_LINE and not (stripped[-1] in '.!?”"' and core.count(" ") >= 5):
        if _OPENS_COMMENTS.match(core) and core.lower() not in ("comment", "comments", "discussion"):
            return "comments"
        if _OPENS_RELATED.match(core):
            return "related"
        if _LINE.match(core) or _MENU.fullmatch(core):
            return "line"
    return "line" if _holds_sentence(stripped) else None


def _holds_sentence(line: str) -> bool:
    small = line.lower()
    return any(pattern.search(line) for sign, pattern in _SIGNED if sign in small)
