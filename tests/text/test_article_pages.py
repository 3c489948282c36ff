from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mbtool.text.articles import read_html

PARAGRAPHS = [
    "去年春天，我的表姐开始在朋友圈里卖面膜，每天发十几条广告，亲戚们先是捧场，后来一个个把她屏蔽了。",
    "她说上级答应三个月回本，可是半年过去，客厅里还堆着四十箱没有拆封的货，谁也不知道该怎么办才好。",
    "我问她为什么不退，她说合同里写得清清楚楚：代理自担风险。",
]
MARKED = PARAGRAPHS[0].replace("朋友圈", "<strong>朋友圈</strong>")
BODY = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)

WECHAT = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title></title>
<meta property="og:title" content="客厅里的四十箱面膜"><meta name="author" content="张三">
<meta name="description" content="一个囤货的故事">
<meta property="og:url" content="http://mp.weixin.qq.com/s?__biz=MzAx&amp;mid=2650000001&amp;idx=1&amp;sn=abc&amp;chksm=f#rd"></head><body>
<h1 id="activity-name"> 客厅里的四十箱面膜 </h1><a id="js_name"> 示例消费观察 </a><em id="publish_time"></em>
<div id="js_content" style="visibility: hidden;"><section><p>{MARKED}</p>
<p><br></p></section><section><span>{PARAGRAPHS[1]}</span></section>
<p>{PARAGRAPHS[2]}</p><p>— END —</p><p>长按二维码关注我们</p></div>
<script>var publish_time = "2015-07-22" || ""; var ct = "1437541200";</script></body></html>"""

NEWS = f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>客厅里的四十箱面膜_示例网</title><meta name="keywords" content="微商,囤货">
<link rel="canonical" href="https://news.example.com/2015/a.html?utm_source=x"></head><body>
<div class="nav"><a href="/">首页</a><a href="/n">新闻</a><a href="/e">电商</a></div>
<h1>客厅里的四十箱面膜</h1>
<div class="info"><span>来源：示例网</span> <span>作者：张三</span> <span>2015-07-22 10:00</span></div>
<div class="wrap"><div class="text">{BODY}<p>责任编辑：王五</p></div>
<div class="side"><p><a href="/1">微商的春天来了吗，专家这样说，看完你就知道了，不看后悔一辈子</a></p></div></div>
<div class="foot"><p>版权所有 示例网 ICP备12345678号</p></div></body></html>"""

LINKED = f"""<html><head><script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Forty boxes",
"datePublished": "2015-07-22T10:00:00+08:00", "author": [{{"name": "Reader"}}],
"publisher": {{"name": "Example"}}}}</script></head>
<body><header><nav><a href="/">Home</a></nav></header><article>{BODY}</article>
<footer>© Example</footer></body></html>"""


def test_wechat_page_gives_title_account_time_and_body() -> None:
    article = read_html(WECHAT)
    assert (article.title, article.source, article.author) == ("客厅里的四十箱面膜", "示例消费观察", "张三")
    assert (article.published, article.abstract) == ("2015-07-22", "一个囤货的故事")
    assert article.body.split("\n") == PARAGRAPHS
    assert article.furniture_removed == ("— END —", "长按二维码关注我们")


def test_wechat_page_is_known_by_the_ids_in_its_address() -> None:
    article = read_html(WECHAT)
    assert (article.platform, article.native_id) == ("wechat", "MzAx:2650000001_1")
    assert article.url == "http://mp.weixin.qq.com/s?__biz=MzAx&mid=2650000001&idx=1"


def test_news_page_in_gb2312_gives_metadata_and_the_densest_block() -> None:
    article = read_html(NEWS.encode("gb18030"))
    assert (article.title, article.source, article.author) == ("客厅里的四十箱面膜", "示例网", "张三")
    assert (article.published, article.keywords) == ("2015-07-22 10:00", ("微商", "囤货"))
    assert article.body.split("\n") == PARAGRAPHS
    assert article.url == "https://news.example.com/2015/a.html"


def test_page_that_declares_the_wrong_charset_is_read_as_what_it_is() -> None:
    assert read_html(NEWS.encode("utf-8")).body.split("\n") == PARAGRAPHS


def test_linked_data_names_what_the_page_does_not_show() -> None:
    article = read_html(LINKED, url="example.com/forty?from=feed")
    assert (article.title, article.author, article.source) == ("Forty boxes", "Reader", "Example")
    assert (article.published, article.url) == ("2015-07-22T10:00:00+08:00", "https://example.com/forty")
    assert article.body.split("\n") == PARAGRAPHS


def test_text_between_breaks_is_found_without_paragraphs() -> None:
    text = "<br>".join(PARAGRAPHS)
    article = read_html(f"<html><body><div><a href='/'>首页</a></div><div id='x'>{text}</div></body></html>")
    assert article.body.split("\n") == PARAGRAPHS


def test_deleted_page_has_no_body_of_an_article() -> None:
    article = read_html("<html><body><script>var a = 1;</script></body></html>")
    assert (article.title, article.body) == (None, "")


@given(st.one_of(st.text(), st.binary(), st.text("<>/ apdivscrt=\"'&;!-微", max_size=80)))
def test_any_page_is_read_without_an_error(page: str | bytes) -> None:
    read_html(page)
