#!/bin/sh
# Is the folder $1 a complete and valid BagIt 1.0 bag (RFC 8493, section 3)?
# Told by nothing but a shell, awk and coreutils, and knowing nothing of igwatchd.
set -eu
export LC_ALL=C
cd "$1"
fail() { echo "not a valid bag: $*" >&2; exit 1; }

# Section 2.1.1: the declaration, these two lines and no byte more.
printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n' | cmp -s - bagit.txt || fail "bagit.txt"

# Sections 2.1.3 and 2.2.1: what a manifest's lines look like, and what each may name.
[ -d data ] || fail "no data folder"
wrong=$(awk '
	function fail(why) { print why; bad = 1; exit }
	!/^[0-9a-f]+ [ *]./ || substr($0, 65, 1) != " " || $1 !~ /^................................................................$/ { fail("a line of " FILENAME) }
	{ name = substr($0, 67) }
	FILENAME == "manifest-sha256.txt" && name !~ /^data\/./ { fail("the manifest names what it must not") }
	FILENAME == "tagmanifest-sha256.txt" && name ~ /^(data\/|tagmanifest-)/ { fail("the tag manifest names what it must not") }
	FILENAME == "tagmanifest-sha256.txt" { tags[name] }
	END {
		if (bad) exit
		if (!("manifest-sha256.txt" in tags)) print "the tag manifest leaves the manifest out"
		if (!("bagit.txt" in tags)) print "the tag manifest leaves the declaration out"
	}' manifest-sha256.txt tagmanifest-sha256.txt) || fail "the manifests"
[ "$wrong" = "" ] || fail "$wrong"

# Every payload file once in the manifest, and nothing else there.
listed=$(cut -c67- manifest-sha256.txt | sed 's/%0[Aa]/\n/g; s/%0[Dd]/\r/g; s/%25/%/g' | sort)
[ "$listed" = "$(find data ! -type d | sort)" ] || fail "manifest and data/ name different files, or one of them twice"

# Section 2.2.2: labels, and the Oxum of what is really there.
oxum=$(find data -type f -printf '%s\n' | awk '{ bytes += $1 } END { printf "%d.%d", bytes, NR }')
wrong=$(awk -v oxum="$oxum" '
	!/^([A-Za-z][A-Za-z-]*: [^ ].*|[ 	].*)$/ { print "a line of bag-info.txt" }
	/^[A-Za-z]/ { seen[substr($0, 1, index($0, ":") - 1)]++ }
	/^Bagging-Date: / && !/^Bagging-Date: [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]$/ { print "Bagging-Date" }
	/^Payload-Oxum: / && $0 != "Payload-Oxum: " oxum { print "Payload-Oxum is not " oxum }
	END {
		n = split("Source-Organization External-Identifier Bagging-Date Payload-Oxum", labels, " ")
		for (i = 1; i <= n; i++) if (seen[labels[i]] != 1) print labels[i]
	}' bag-info.txt) || fail "bag-info.txt"
[ "$wrong" = "" ] || fail "$wrong"

sha256sum --quiet --strict -c manifest-sha256.txt >&2 || fail "payload checksums"
sha256sum --quiet --strict -c tagmanifest-sha256.txt >&2 || fail "tag file checksums"
