SELECT key FROM replies;
