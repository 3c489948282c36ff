"""The segment stage: text into token ids, by jieba's rules and a user's dictionaries."""
