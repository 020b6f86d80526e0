#!/bin/sh
# Is the folder $1 a complete and valid BagIt 1.0 bag (RFC 8493, section 3)?
# Told by nothing but a shell and coreutils, and knowing nothing of igwatchd.
set -eu
export LC_ALL=C
cd "$1"
fail() { echo "not a valid bag: $*" >&2; exit 1; }

# Section 2.1.1: the declaration, these two lines and no byte more.
printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n' | cmp -s - bagit.txt || fail "bagit.txt"

# Sections 2.1.3 and 2.2.1: what a manifest's lines look like, and what each may name.
[ -d data ] || fail "no data folder"
grep -Evq '^[0-9a-f]{64} [ *]data/.' manifest-sha256.txt && fail "a line of the manifest"
grep -Evq '^[0-9a-f]{64} [ *].' tagmanifest-sha256.txt && fail "a line of the tag manifest"
grep -Eq '^[0-9a-f]{64} [ *](data/|tagmanifest-)' tagmanifest-sha256.txt && fail "the tag manifest names what it must not"
grep -q ' manifest-sha256.txt$' tagmanifest-sha256.txt || fail "the tag manifest leaves the manifest out"
grep -q ' bagit.txt$' tagmanifest-sha256.txt || fail "the tag manifest leaves the declaration out"

# Every payload file once in the manifest, and nothing else there.
listed=$(cut -c67- manifest-sha256.txt | sed 's/%0[Aa]/\n/g; s/%0[Dd]/\r/g; s/%25/%/g' | sort)
[ "$(printf '%s\n' "$listed" | uniq -d)" = "" ] || fail "a payload file is named twice"
[ "$listed" = "$(find data ! -type d | sort)" ] || fail "manifest and data/ name different files"

# Section 2.2.2: labels, and the Oxum of what is really there.
grep -Evq '^([A-Za-z][A-Za-z-]*: [^ ].*|[ 	].*)$' bag-info.txt && fail "a line of bag-info.txt"
for label in Source-Organization External-Identifier Bagging-Date Payload-Oxum; do
	[ "$(grep -c "^$label: " bag-info.txt)" = 1 ] || fail "$label"
done
grep -Eq '^Bagging-Date: [0-9]{4}-[0-9]{2}-[0-9]{2}$' bag-info.txt || fail "Bagging-Date"
bytes=$(find data -type f -exec cat {} + | wc -c)
files=$(find data -type f | wc -l)
grep -qx "Payload-Oxum: $bytes.$files" bag-info.txt || fail "Payload-Oxum is not $bytes.$files"

sha256sum --quiet --strict -c manifest-sha256.txt >&2 || fail "payload checksums"
sha256sum --quiet --strict -c tagmanifest-sha256.txt >&2 || fail "tag file checksums"
