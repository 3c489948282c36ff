"""What general crawlers make: GooSeeker (XML, and the table for its text tool), Octoparse and Houyi.

Their columns are what the user called them; these presets know the usual names, and that a page's own tail (展开全文)
may be in the text. Relative times stand on 采集时间 or createdate.
"""

from mbtool.stages.ingest.model import Preset
from mbtool.stages.ingest.presets.generic import NAMES
from mbtool.stages.ingest.presets.naming import columns

_CRAWLED = columns(
    crawled_at="采集时间 createdate 抓取时间 创建时间", url="标题链接 链接 网址 fullpath realpath 页面网址"
)

GOOSEEKER_XML = Preset(
    name="gooseeker-xml",
    description="GooSeeker, XML of its crawler: the items of a list, with clueid and createdate",
    requires=frozenset({"clueid", "fullpath", "createdate"}),
    fixture="gooseeker.xml",
    columns={**NAMES, **_CRAWLED},
)

GOOSEEKER_TABLE = Preset(
    name="gooseeker-table",
    description="GooSeeker, table of its text tool: 序号, 正文",
    requires=frozenset({"序号", "正文"}),
    fixture="gooseeker_table.csv",
    columns={**NAMES, "序号": "row_number"},
)

OCTOPARSE = Preset(
    name="octoparse",
    description="Octoparse (八爪鱼) or Houyi (后羿), CSV in GBK or with a BOM, xlsx: 采集时间, 页面网址 …",
    requires=frozenset({"采集时间", "页面网址"}),
    fixture="octoparse_gbk.csv",
    columns={**NAMES, **_CRAWLED},
)
