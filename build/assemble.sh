#!/bin/sh
# Assembles the executable of a hook, byte for byte as `deno compile` wrote it: Deno's runtime, which
# all executables share, with the ELF header (64 bytes) and the tail of this executable.
#
# Usage: assemble <revision> <name> <offset of the tail> <SHA-256>
#
# The executable gets its name only when it is complete and on the disk. The script removes the
# executables of older revisions of the charm, and the incomplete files of killed processes.
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

# One process works at a time. If it is killed, its children hold the lock until they end.
exec 9<"$runtime/denort" && flock 9 || exit
[ ! -e "$made/$name" ] || exit 0
cause=$(assemble 2>&1) && exit
rm -f "$part"
echo "Cannot assemble $name in $made: ${cause:-it is not what was compiled}" >&2
exit 1
