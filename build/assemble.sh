#!/bin/sh
# Puts a hook's executable together, byte for byte as `deno compile` wrote it: Deno's runtime, which
# all have in common, with the hook's own ELF header (64 bytes) and tail.
#
# Usage: assemble <revision> <name> <start of the tail> <SHA-256>
#
# It appears under its name only whole and on the disk. Nothing that an older revision of the charm
# left behind stays, nor anything that was begun by a process that was killed.
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
revision=$1 name=$2 start=$3 sha256=$4
runtime=${0%/*}
compiled=$runtime/compiled
made=$compiled/$revision
payload=${runtime%/*}/payload/$name
part=$made/$name.part

sweep() {
  for old in "$compiled"/*; do
    [ "$old" = "$made" ] || rm -rf "$old" || return
  done
  rm -rf "$runtime/cache" "$made"/*.part
}

assemble() {
  sweep && mkdir -p "$made" &&
    cp --reflink=auto "$runtime/denort" "$part" &&
    dd if="$payload" of="$part" bs=64 count=1 conv=notrunc status=none &&
    truncate --size="$start" "$part" &&
    tail --bytes=+65 "$payload" >>"$part" &&
    sha256sum --check --status - <<END &&
$sha256  $part
END
    chmod 0755 "$part" && sync "$part" && mv "$part" "$made/$name"
}

# One process at a time. The lock is let go of by the last of those that a killed one started.
exec 9<"$runtime/denort" && flock 9 || exit
[ ! -e "$made/$name" ] || exit 0
cause=$(assemble 2>&1) && exit
rm -f "$part"
echo "Cannot put $name together in $made: ${cause:-it is not what was compiled}" >&2
exit 1
