-- Which earlier releases are joined: their manifests' digests.
SELECT value FROM meta WHERE key = 'earlier';
