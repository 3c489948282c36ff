"""Tables that hold no utterance: their rows are skipped and counted, so that no user's self-description is a post."""

from mbtool.stages.ingest.model import Preset, Sample

_TEXT = frozenset({"text", "content", "content_text", "正文", "微博正文", "text_raw", "note_id", "aweme_id", "mblogid"})
_OF_USERS = frozenset(
    "followers_count follower_count fans fans_count fan_count follows followed_count 粉丝数 粉丝"
    " followersCount friends_count statuses_count weibo_count total_fans interaction 关注数".split()
)


def _is_profile(sample: Sample) -> bool:
    if sample.columns & _TEXT:
        return False
    named = sample.section.lower() in ("user", "users", "creators", "profiles") or sample.section.endswith("_creator")
    return named or len(sample.columns & _OF_USERS) >= 1


USERS = Preset(
    name="user-profiles",
    description="user profile",
    table="",
    recognise=_is_profile,
    columns={},
    fixture="user_profiles.csv",
)

PICTURES = Preset(
    name="picture-table",
    description="picture",
    table="",
    recognise=lambda sample: sample.section == "bins",
    columns={},
    fixture="weibo_crawler.sql",
)
