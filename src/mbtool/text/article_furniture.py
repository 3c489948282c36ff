"""What stands on an article's page and is no article: breadcrumbs above, contact lines, adverts and notices below.

Furniture is looked for only at the two ends, so that the same words in the middle (扫码关注 in an article about
selling) stay. A footer is taken whole from its opener (Related articles, 相关阅读, 版权声明) when nothing that reads
like a paragraph of an article follows.
"""

from __future__ import annotations

import re

_CRUMBS = re.compile(
    r"(?:(?:您?(?:当前|现在)的?位置|首页|home)\s*[:：>»›/].*|(?:[^>»›。]{1,16}\s*[>»›]\s*){2,}[^>»›。]{0,30}|字体?[:：]?\s*(?:大\s*中\s*小|\[?大\]?).*"
    r"|(?:打印|收藏|分享|评论|登录|注册|返回首页|skip to (?:main )?content|menu|navigation)(?:\s+\S{1,8}){0,5})$",
    re.I,
)


def _one_of(*alternatives: str) -> str:
    return f"(?:{'|'.join(alternatives)})"


_OPENER = re.compile(
    r"(?:#+\s*)?[【\[（(—\-=*]*\s*"
    + _one_of(
        r"(?:相关|推荐|延伸|更多|热门|往期|精彩)(?:阅读|文章|推荐|新闻|报道|资讯|内容|回顾|精选|专题)",
        r"(?:阅读|查看|浏览)更多.{0,12}|点击(?:阅读|查看)更多.{0,8}",
        r"猜你喜欢|你可能(?:还)?(?:也)?喜欢|上一篇|下一篇",
        r"版权(?:声明|说明|所有)|免责(?:声明|条款)|转载(?:声明|须知|说明)|声明",
        r"网友评论|最新评论|全部评论|发表评论|联系我们|关于我们|商务合作|广告合作",
        r"related (?:articles?|posts?|stor(?:y|ies)|reading|news|products?|topics?)",
        r"you (?:may|might) also (?:like|enjoy)|recommended(?: for you| reading| articles?)?",
        r"more (?:from|stories|articles).{0,30}|read (?:more|next)|previous(?: post| article)?|next(?: post| article)?",
        r"contact(?: us)?|reach us|get in touch|about us|follow us",
        r"subscribe|newsletter|disclaimer|copyright(?: notice)?",
        r"leave a (?:reply|comment)|comments?|share this(?: article| post)?",
    )
    + r"\s*[】\]）)—\-=*]*\s*[:：]?$",
    re.I,
)
# The address of the original: an article has ended where it stands alone.
_ORIGIN = re.compile(
    r"[（(【\[>\s]*(?:本文)?(?:原文(?:链接|地址|网址|出处|见)?|(?:阅读|查看)原文|本文(?:链接|地址)"
    r"|original(?: article| link)?)\s*[:：]\s*"
    r"<?(?:(?:https?:)?//|www\.)\S+$",
    re.I,
)
_RULE = re.compile(r"[-—–_*=·~＊]{1,80}$")
# Lines that are furniture wherever they end an article. Each begins with what only a notice begins with, or is short.
_NOTICE = re.compile(
    r"[（(【\[*\-—·•>\s]*"
    + _one_of(
        r"(?:本文|文章)?(?:版权归|版权属|著作权归).{0,60}",
        r".{0,16}(?:未经|如需|欢迎|谢绝|禁止).{0,16}转载.{0,60}|转载(?:请|需|须|自|于|时).{0,60}",
        r"(?:长按|扫码|扫一扫|扫描|识别|微信扫).{0,16}(?:关注|二维码|添加|进群|小程序|阅读|分享).{0,16}",
        r".{0,10}(?:长按|扫描|识别|扫)(?:上方|下方|上图|下图|图中|以上|以下)?二维码.{0,16}",
        r"(?:欢迎|点击|请|搜索)+.{0,4}(?:关注|订阅).{0,24}(?:公众号|微信号|公号|我们|作者|官方).{0,16}|关注我们.{0,4}",
        r"(?:点击|戳)(?:页面)?(?:下方|左下角|文末|底部)?[“「\"]?(?:阅读原文|原文链接|在看|蓝字).{0,24}",
        r"(?:责任编辑|责编|本文编辑|编辑|审核|校对|排版|美编|值班编辑|监制)\s*[:：/丨].{0,60}",
        r"(?:图片来源|图源|本文来源|原文链接|原标题|本文链接|投稿(?:邮箱)?|联系(?:邮箱|电话|方式)|客服(?:电话|微信))\s*[:：].{0,60}",
        r"(?:商务合作|广告合作|微信(?:公众)?号|公众号|举报电话|新闻热线|(?:本文)?(?:作者|来源))\s*[:：].{0,40}",
        r"(?:全文|本文)?完|END|The End|back to top",
        r"(?:分享到|分享至|转发到).{0,30}|[上下]一篇\s*[:：].{0,60}|打开.{0,10}(?:App|客户端).{0,16}",
        r".{0,4}(?:喜欢|觉得).{0,12}(?:点个?赞|点个?在看|转发).{0,16}",
        r"(?:(?:本文|以上|文章|作者|稿件)[^。]{0,14})?(?:不代表|仅代表).{0,14}(?:立场|观点|看法).{0,40}",
        r".{0,30}如有侵权.{0,60}|.{0,40}(?:ICP备|公网安备|增值电信).{0,40}",
        r"(?:copyright|©|\(c\))\s.{0,100}|.{0,80}all rights reserved.{0,40}",
        r"[^。！？]{0,60}(?:商务|投稿|合作|联系|邮箱)[^。！？]{0,8}\s*[:：]\s*[\w.+-]+@[\w-]+\.[\w.-]+",
        r"(?:tel|phone|fax|e-?mail|address)\s*[:：].{0,80}",
    )
    + r"\s*[)）】\]—\-]*$",
    re.I,
)
# Lines that are furniture below an opener only: an article may well end with "learn more about …".
_COMPANION = re.compile(
    r"[•·*\-\s]*"
    + _one_of(
        r".{0,60}\b(?:content|article|views?|opinions?|page)\b.{0,80}\b(?:does|do)(?:n['’]t| not) "
        r"(?:represent|reflect|constitute)\b.*",
        r".{0,160}\b(?:send (?:us )?an? e-?mail|write (?:to )?us|write an e-?mail|email us|contact us|e-?mail to)\b.*",
        r".{0,100}\b(?:plagiari[sz]|infring|staff member).*",
        r"(?:share|tweet|like|print|email|wechat|qq)\b.{0,40}",
        r".{0,60}\b(?:free trial|sign up|log in|start (?:free|building)|get started|buy now|learn more)\b.*",
        r".{0,60}\b(?:subscribe|newsletter|cookies?|terms of (?:use|service)|privacy policy|help cent(?:er|re))\b.*",
        r".*[\w.+-]+@[\w-]+\.[\w.-]+.*",
        r".*\b(?:take it down|taken down|collected automatically|(?:neither|nor|not) (?:sell|recommend|endorse)).*",
        r".{0,40}\b(?:technical|customer|(?:after-?)?sales) (?:support|service)\b.{0,80}",
        r".{0,120}(?:版权|侵权|转载|投稿|联系我们|客服|二维码|公众号|邮箱|免责|本站|本网).*",
    )
    + "$",
    re.I,
)
# Short lines that, all of them together below a rule, are the foot of a page.
_BELOW_RULE = re.compile(
    r".{0,40}(?:关注|订阅|分享|转发|转载|开白|勿扰|领取|商务|合作|投稿|邮箱|编辑|审核|排版|回复|扫码|二维码|公众号|版权|来源).{0,60}$"
)
_ENDINGS = (_NOTICE, _OPENER, _ORIGIN, _RULE)
_SENTENCE_END = re.compile(r"[.。!！?？…][\"'”’」』）)]*$")
_ARROW = re.compile(r"(?<=\s)(?:>+|»|›)$|^(?:>+|»|›|\|)$")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_HEAD_LINES = 6
_LONG_LATIN, _LONG_HAN = 240, 60


def split_breadcrumbs(lines: list[str]) -> tuple[list[str], list[str]]:
    """Navigation in the first lines (首页 > 新闻 > 正文, 字体：大 中 小), and the lines without it."""
    crumbs: list[str] = []
    kept: list[str] = []
    position = 0
    while position < len(lines) and len(crumbs) + len(kept) < _HEAD_LINES:
        line = lines[position]
        if line and not _CRUMBS.match(line):
            break
        if line:
            crumbs.append(line)
        else:
            kept.append(line)
        position += 1
    return crumbs, (kept if not crumbs else []) + lines[position:]


def split_footer(lines: list[str]) -> tuple[list[str], list[str]]:
    """The article's lines and the furniture below it, blank lines left out of the second.

    First the footer from the earliest opener behind which only furniture follows, then single lines from the end
    upwards.
    """
    end = len(lines)
    for position, line in enumerate(lines):
        if position and _RULE.match(line) and _is_foot(lines[position + 1 :]):
            end = position
            break
        if position and (_OPENER.match(line) or _ORIGIN.match(line)) and _is_footer(lines, position):
            end = position
            break
    while end and (not lines[end - 1] or any(form.match(lines[end - 1]) for form in _ENDINGS)):
        end -= 1
    if not any(lines[:end]):
        return lines, []  # a page of nothing else is left as it is: somebody may want to see it
    return lines[:end], [line for line in lines[end:] if line]


def cut_arrows(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines without the arrow that a cut-off page leaves behind its last word, and what was cut."""
    last = next((number for number in range(len(lines) - 1, -1, -1) if lines[number]), None)
    match = None if last is None else _ARROW.search(lines[last])
    if last is None or match is None:
        return lines, []
    return [*lines[:last], lines[last][: match.start()].rstrip()], [match[0]]


def _is_footer(lines: list[str], opener: int) -> bool:
    """Whether what follows the line at ``opener`` is furniture to the end.

    It is shorter than what stands before and holds no paragraph of an article, unless a second opener and known
    furniture follow; if it holds sentences, some line is known furniture. Behind the original's address anything short
    goes.
    """
    before = sum(map(len, lines[:opener]))
    rest = [line for line in lines[opener + 1 :] if line]
    if sum(map(len, rest)) >= before:
        return False
    if _ORIGIN.match(lines[opener]):
        return not any(_is_paragraph(line) for line in rest)
    is_sure = any(_is_known(line) for line in rest) and any(_OPENER.match(line) for line in rest)
    if any(_is_paragraph(line) for line in rest) and not is_sure:
        return False
    return any(_is_known(line) for line in rest) or not any(_SENTENCE_END.search(line) for line in rest)


def _is_foot(lines: list[str]) -> bool:
    """Whether these few short lines below a rule are all notices."""
    rest = [line for line in lines if line]
    return 0 < len(rest) <= 6 and all(_is_known(line) or _BELOW_RULE.match(line) for line in rest)


def _is_known(line: str) -> bool:
    return any(pattern.match(line) is not None for pattern in (_NOTICE, _COMPANION, _OPENER))


def _is_paragraph(line: str) -> bool:
    limit = _LONG_HAN if _HAN.search(line) else _LONG_LATIN
    return len(line) >= limit and _SENTENCE_END.search(line) is not None and not _is_known(line)
