#!/usr/bin/env bash
# make rig: the device drivers against true USB. A virtual machine boots a
# Debian kernel whose USB sockets are played by its own gadget side, and runs
# the tests of this folder as its only program. Nothing is installed; what is
# fetched and built lies in out/rig. Ends with a line SKIP where it cannot run.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$PWD/out/rig
mkdir -p "$out"
skip() { echo "SKIP: $*"; exit 0; }

for tool in qemu-system-x86_64:qemu-system-x86 cpio:cpio; do
  command -v "${tool%%:*}" >/dev/null ||
    { [ "$(id -u)" = 0 ] && apt-get install -y -q --no-install-recommends "${tool##*:}" >/dev/null 2>&1; } ||
    skip "no ${tool%%:*} here (apt-get install ${tool##*:})"
done

# The kernel: a Debian package, unpacked and not installed.
if ! compgen -G "$out/kernel/boot/vmlinuz-*" >/dev/null; then
  package=$(apt-cache depends linux-image-amd64 2>/dev/null | awk '/Depends: linux-image/ {print $2; exit}')
  [ -n "$package" ] || skip "apt knows no linux-image-amd64"
  (cd "$out" && apt-get download -q "$package" >/dev/null 2>&1) || skip "$package cannot be fetched"
  dpkg-deb -x "$out"/linux-image-*.deb "$out/kernel.new"
  rm -rf "$out/kernel" && mv "$out/kernel.new" "$out/kernel"
fi
kernel=$(ls "$out"/kernel/boot/vmlinuz-* | tail -1)
modules=$out/kernel/lib/modules

# The first file system: the tests, and the modules that they need with all
# that these depend on. The tests load them themselves.
root=$out/root
rm -rf "$root" && mkdir -p "$root"/{modules,proc,sys,dev,tmp}
find "$modules" -name '*.ko*' > "$out/modules.txt"
copy() { # NAME
  local name=${1//-/_} file depends
  file=$(awk -F/ -v want="$name" '{n = $NF; sub(/\.ko.*/, "", n); gsub(/-/, "_", n)} n == want {print}' "$out/modules.txt")
  [ -n "$file" ] || return 0 # it is in the kernel itself
  [ -e "$root/modules/$name.ko" ] && return 0
  case $file in
    *.xz) xz -dc "$file" > "$root/modules/$name.ko" ;;
    *.zst) zstd -dqc "$file" > "$root/modules/$name.ko" ;;
    *) cp "$file" "$root/modules/$name.ko" ;;
  esac
  depends=$(tr '\0' '\n' < "$root/modules/$name.ko" | sed -n 's/^depends=//p')
  for name in ${depends//,/ }; do copy "$name"; done
}
for name in configfs dummy_hcd libcomposite usb_f_acm usb_f_fs usb_f_hid cdc_acm usblp usbhid hid_generic evdev; do copy "$name"; done
CGO_ENABLED=0 go test -tags rig -c -o "$root/init" ./drivers/rig
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) > "$out/initrd"

accel=tcg
[ "${RIG_ACCEL:-}" = kvm ] && accel=kvm
timeout "${RIG_TIME:-900}" qemu-system-x86_64 -accel "$accel" -m 1024 -smp 1 -nographic -no-reboot -net none \
  -kernel "$kernel" -initrd "$out/initrd" \
  -append "console=ttyS0 quiet loglevel=2 oops=panic panic=-1 -- ${RIG_ARGS:--test.v}" < /dev/null > "$out/log" 2>&1 || true
tr -d '\r' < "$out/log" > "$out/log.txt"
if ! grep -q '^rig: ends with ' "$out/log.txt"; then
  tail -40 "$out/log.txt"
  echo "the guest did not come to its end; all that it said is in $out/log.txt"
  exit 1
fi
grep -E '^ *--- (PASS|FAIL|SKIP)|^ +[a-z_]+_test\.go:|^rig:' "$out/log.txt" | grep -vE '^ +--- PASS.*/.*/' || true
echo "passed $(grep -cE '^ *--- PASS' "$out/log.txt"), failed $(grep -cE '^ *--- FAIL' "$out/log.txt" || true); all of it is in out/rig/log.txt"
grep -q '^rig: ends with 0$' "$out/log.txt"
